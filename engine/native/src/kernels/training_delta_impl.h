// The delta rule on chunks of tokens, with its gradient; included after kernels_impl.h, inside the same namespace.
//
// Within a chunk, U = -rate (K W + tril(K K^T, -1) U - V) is a triangular system, the readings are Q W + tril(Q K^T) U,
// and W becomes W + K^T U, with W key by value (the WY form of Yang et al. 2024, arXiv 2406.06484, section 3). The
// backward pass goes through the chunks from the last to the first and solves the same system transposed.

// Scratch memory. Widths are padded with zeros to whole vectors, chunks to DELTA_ROWS rows.
struct DeltaMemory {
    DeltaMemory(const DeltaTask& task, float* scratch)
        : keys(padded_width(task.keys)),
          values(padded_width(task.values)),
          ld_turned(odd_lines(keys)),
          ld(odd_lines(values)),
          next_(scratch) {
        float** const squares[] = {&w, &grad_w};
        float** const turned[] = {&w_turned, &grad_w_turned};
        float** const of_keys[] = {&q, &k, &k_turned, &grad_q, &grad_k};
        float** const of_values[] = {&v, &u, &u_turned, &out, &errors, &grad_u};
        float** const pairs[] = {&past, &mixing, &grad_past, &grad_mixing};
        for (float** place : squares) *place = take(size_t(keys) * ld);
        for (float** place : turned) *place = take(size_t(values) * ld_turned);
        for (float** place : of_keys) *place = take(size_t(DELTA_ROWS) * keys);
        for (float** place : of_values) *place = take(size_t(DELTA_ROWS) * values);
        for (float** place : pairs) *place = take(DELTA_ROWS * DELTA_ROWS);
        rates = take(DELTA_ROWS);
    }
    float* take(size_t floats) {
        float* place = next_;
        for (size_t i = 0; i < floats; i += W) store(place + i, set1(0.0f));
        next_ += floats;
        return place;
    }

    const int keys, values;   // widths with their padding
    const int ld_turned, ld;  // from row to row of what is (keys, values), turned or not
    float *w, *w_turned, *grad_w, *grad_w_turned;
    float *q, *k, *k_turned, *grad_q, *grad_k;
    float *v, *u, *u_turned, *out, *errors, *grad_u;
    float *past, *mixing, *grad_past, *grad_mixing;
    float* rates;

private:
    float* next_;
};

static void copy_row(const float* from, int width, float* to) {
    for (int c = 0; c < width; c += W) store_at(to + c, load_at(from + c, width - c), width - c);
}

// Rows of a chunk, `ld` apart; those that are not there are zero.
static void read_rows(ConstRows from, int first, int count, int width, float* out, int ld) {
    for (int t = 0; t < count; t++) copy_row(from.row(first + t), width, out + size_t(t) * ld);
    for (int i = count * ld; i < DELTA_ROWS * ld; i += W) store(out + i, set1(0.0f));
}

static void write_rows(const float* from, int ld, Rows to, int first, int count, int width) {
    for (int t = 0; t < count; t++) copy_row(from + size_t(t) * ld, width, to.row(first + t));
}

// out (cols, rows) of in (rows, cols), both multiples of 16; each side's own leading dimension.
static void transpose(const float* in, int rows, int cols, int ld_in, float* out, int ld_out) {
    for (int i = 0; i < rows; i += W)
        for (int j = 0; j < cols; j += W)
            transpose_tile(in + size_t(i) * ld_in + j, size_t(ld_in), out + size_t(j) * ld_out + i, size_t(ld_out));
}

// gemm of `cols` columns, a multiple of 16, in tiles as high as they are wide: they load least, and the columns of b
// that all rows of a go through stay in the nearest cache.
static void product(const float* a, size_t a_row, size_t a_col, const float* b, size_t ldb, int m, int n, int cols,
                    float* out, size_t ldo, bool add_to) {
    constexpr int SQUARE = REGISTERS / 8;
    int c = 0;
    for (; c + SQUARE * W <= cols; c += SQUARE * W)
        gemm_columns<SQUARE, true>(a, a_row, a_col, b + c, ldb, m, n, cols - c, out + c, ldo, add_to);
    for (; c + 2 * W <= cols; c += 2 * W)
        gemm_columns<2, true>(a, a_row, a_col, b + c, ldb, m, n, cols - c, out + c, ldo, add_to);
    for (; c < cols; c += W) gemm_columns<1, true>(a, a_row, a_col, b + c, ldb, m, n, cols - c, out + c, ldo, add_to);
}

// A matrix (rows, cols) without padding, turned; each side's own leading dimension.
static void turn_state(const float* in, int rows, int cols, int ld_in, float* out, int ld_out) {
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < cols; j++) out[size_t(j) * ld_out + i] = in[size_t(i) * ld_in + j];
}

// Keep what each row has to do with the rows before it, and with itself where `own` is set.
static void keep_past(float* pairs, bool own) {
    for (int i = 0; i < DELTA_ROWS; i++)
        for (int j = i + own; j < DELTA_ROWS; j++) pairs[i * DELTA_ROWS + j] = 0.0f;
}

// Queries, keys, rates and what they have to do with each other.
static void relate_rows(const DeltaTask& task, DeltaMemory& m, int first, int count) {
    read_rows(task.k, first, count, task.keys, m.k, m.keys);
    read_rows(task.q, first, count, task.keys, m.q, m.keys);
    for (int t = 0; t < DELTA_ROWS; t++)
        m.rates[t] = t < count ? task.rate[size_t(first + t) * task.rate_stride] : 0.0f;
    transpose(m.k, DELTA_ROWS, m.keys, m.keys, m.k_turned, DELTA_ROWS);
    product(m.k, m.keys, 1, m.k_turned, DELTA_ROWS, DELTA_ROWS, m.keys, DELTA_ROWS, m.past, DELTA_ROWS, false);
    product(m.q, m.keys, 1, m.k_turned, DELTA_ROWS, DELTA_ROWS, m.keys, DELTA_ROWS, m.mixing, DELTA_ROWS, false);
    keep_past(m.past, false);
    keep_past(m.mixing, task.read_after);
}

constexpr int SOLVED = 8;  // rows that are solved in registers

// From what the fast weights say (in `errors`) to errors and corrections u, row by row.
static void solve(DeltaMemory& m) {
    for (int b = 0; b < DELTA_ROWS; b += SOLVED) {
        const float* past = m.past + b * DELTA_ROWS;
        product(past, DELTA_ROWS, 1, m.u, m.values, SOLVED, b, m.values, m.errors + size_t(b) * m.values, m.values,
                true);
        for (int c = 0; c < m.values; c += W) {
            const size_t at = size_t(b) * m.values + c;
            F said[SOLVED];
            for (int i = 0; i < SOLVED; i++) said[i] = load(m.errors + at + i * m.values);
            for (int j = 0; j < SOLVED; j++) {
                const F error = sub(said[j], load(m.v + at + j * m.values));
                const F step = mul(error, set1(-m.rates[b + j]));
                store(m.errors + at + j * m.values, error);
                store(m.u + at + j * m.values, step);
                for (int i = j + 1; i < SOLVED; i++) said[i] = fma(set1(past[i * DELTA_ROWS + b + j]), step, said[i]);
            }
        }
    }
}

// From the gradient of the corrections (in `grad_u`) to that of errors, there, and that of values with its sign turned,
// in `v`; row by row from the last.
static void solve_back(DeltaMemory& m) {
    for (int b = DELTA_ROWS - SOLVED; b >= 0; b -= SOLVED) {
        const int behind = b + SOLVED;
        product(m.past + behind * DELTA_ROWS + b, 1, DELTA_ROWS, m.v + size_t(behind) * m.values, m.values, SOLVED,
                DELTA_ROWS - behind, m.values, m.grad_u + size_t(b) * m.values, m.values, true);
        for (int c = 0; c < m.values; c += W) {
            const size_t at = size_t(b) * m.values + c;
            F grads[SOLVED];
            for (int i = 0; i < SOLVED; i++) grads[i] = load(m.grad_u + at + i * m.values);
            for (int j = SOLVED - 1; j >= 0; j--) {
                const F step = mul(grads[j], set1(-m.rates[b + j]));
                store(m.grad_u + at + j * m.values, grads[j]);
                store(m.v + at + j * m.values, step);
                for (int i = 0; i < j; i++) grads[i] = fma(set1(m.past[(b + j) * DELTA_ROWS + b + i]), step, grads[i]);
            }
        }
    }
}

static void delta(const DeltaTask& task, const float* state, float* next_state, Rows out, const DeltaTrace& trace,
                  float* loss, float* scratch) {
    DeltaMemory m(task, scratch);
    turn_state(state, task.values, task.keys, task.keys, m.w, m.ld);
    for (int first = 0; first < task.tokens; first += DELTA_ROWS) {
        const int count = at_most(DELTA_ROWS, task.tokens - first);
        float* start = trace.starts + size_t(first / DELTA_ROWS) * task.keys * task.values;
        for (int i = 0; i < task.keys; i++)
            copy_row(m.w + size_t(i) * m.ld, task.values, start + size_t(i) * task.values);
        relate_rows(task, m, first, count);
        read_rows(task.v, first, count, task.values, m.v, m.values);
        product(m.k, m.keys, 1, m.w, m.ld, DELTA_ROWS, m.keys, m.values, m.errors, m.values, false);
        product(m.q, m.keys, 1, m.w, m.ld, DELTA_ROWS, m.keys, m.values, m.out, m.values, false);
        solve(m);
        product(m.mixing, DELTA_ROWS, 1, m.u, m.values, DELTA_ROWS, DELTA_ROWS, m.values, m.out, m.values, true);
        product(m.k, 1, m.keys, m.u, m.values, m.keys, DELTA_ROWS, m.values, m.w, m.ld, true);
        write_rows(m.out, m.values, out, first, count, task.values);
        write_rows(m.errors, m.values, {trace.errors, size_t(task.values)}, first, count, task.values);
        for (int t = 0; t < count; t++) {
            const float* error = m.errors + size_t(t) * m.values;
            loss[first + t] = dot(error, error, m.values) / 2;
        }
    }
    turn_state(m.w, task.keys, task.values, m.ld, next_state, task.keys);
}

static void delta_back(const DeltaTask& task, const DeltaTrace& trace, const DeltaGrads& grads, float* scratch) {
    DeltaMemory m(task, scratch);
    if (grads.state) turn_state(grads.state, task.values, task.keys, task.keys, m.grad_w, m.ld);
    const int past_last = (task.tokens + DELTA_ROWS - 1) / DELTA_ROWS * DELTA_ROWS;
    for (int first = past_last - DELTA_ROWS; first >= 0; first -= DELTA_ROWS) {
        const int count = at_most(DELTA_ROWS, task.tokens - first);
        const float* start = trace.starts + size_t(first / DELTA_ROWS) * task.keys * task.values;
        for (int i = 0; i < task.keys; i++)
            copy_row(start + size_t(i) * task.values, task.values, m.w + size_t(i) * m.ld);
        relate_rows(task, m, first, count);
        read_rows({trace.errors, size_t(task.values)}, first, count, task.values, m.errors, m.values);
        read_rows(grads.out, first, count, task.values, m.out, m.values);
        for (int t = 0; t < DELTA_ROWS; t++)
            for (int c = 0; c < m.values; c += W) {
                const size_t at = size_t(t) * m.values + c;
                store(m.u + at, mul(load(m.errors + at), set1(-m.rates[t])));
            }
        transpose(m.w, m.keys, m.values, m.ld, m.w_turned, m.ld_turned);
        transpose(m.grad_w, m.keys, m.values, m.ld, m.grad_w_turned, m.ld_turned);
        transpose(m.u, DELTA_ROWS, m.values, m.values, m.u_turned, DELTA_ROWS);

        // W + K^T U and the readings.
        product(m.k, m.keys, 1, m.grad_w, m.ld, DELTA_ROWS, m.keys, m.values, m.grad_u, m.values, false);
        product(m.mixing, 1, DELTA_ROWS, m.out, m.values, DELTA_ROWS, DELTA_ROWS, m.values, m.grad_u, m.values, true);
        product(m.u, m.values, 1, m.grad_w_turned, m.ld_turned, DELTA_ROWS, m.values, m.keys, m.grad_k, m.keys, false);
        product(m.q, 1, m.keys, m.out, m.values, m.keys, DELTA_ROWS, m.values, m.grad_w, m.ld, true);
        product(m.out, m.values, 1, m.u_turned, DELTA_ROWS, DELTA_ROWS, m.values, DELTA_ROWS, m.grad_mixing, DELTA_ROWS,
                false);
        keep_past(m.grad_mixing, task.read_after);
        product(m.out, m.values, 1, m.w_turned, m.ld_turned, DELTA_ROWS, m.values, m.keys, m.grad_q, m.keys, false);
        product(m.grad_mixing, DELTA_ROWS, 1, m.k, m.keys, DELTA_ROWS, DELTA_ROWS, m.keys, m.grad_q, m.keys, true);
        product(m.grad_mixing, 1, DELTA_ROWS, m.q, m.keys, DELTA_ROWS, DELTA_ROWS, m.keys, m.grad_k, m.keys, true);

        // The system; v holds the gradient of values, turned round.
        solve_back(m);
        product(m.v, m.values, 1, m.w_turned, m.ld_turned, DELTA_ROWS, m.values, m.keys, m.grad_k, m.keys, true);
        product(m.k, 1, m.keys, m.v, m.values, m.keys, DELTA_ROWS, m.values, m.grad_w, m.ld, true);
        product(m.v, m.values, 1, m.u_turned, DELTA_ROWS, DELTA_ROWS, m.values, DELTA_ROWS, m.grad_past, DELTA_ROWS,
                false);
        keep_past(m.grad_past, false);
        for (int i = 0; i < DELTA_ROWS; i++)
            for (int j = 0; j < i; j++) m.grad_past[j * DELTA_ROWS + i] = m.grad_past[i * DELTA_ROWS + j];
        product(m.grad_past, DELTA_ROWS, 1, m.k, m.keys, DELTA_ROWS, DELTA_ROWS, m.keys, m.grad_k, m.keys, true);

        for (int t = 0; t < count; t++) {
            const size_t row = size_t(t) * m.values;
            grads.rate[first + t] = -dot(m.grad_u + row, m.errors + row, m.values);
            for (int c = 0; c < m.values; c += W) store(m.v + row + c, sub(set1(0.0f), load(m.v + row + c)));
        }
        write_rows(m.v, m.values, grads.v, first, count, task.values);
        write_rows(m.grad_k, m.keys, grads.k, first, count, task.keys);
        write_rows(m.grad_q, m.keys, grads.q, first, count, task.keys);
    }
    turn_state(m.grad_w, task.keys, task.values, m.ld, grads.start, task.keys);
}
