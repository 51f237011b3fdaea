// Triples times a token, over vectors of words: WORDS, Words, zero_words, load_words, add_words, pushed (one bit from
// the top of a word to the bottom of another), Table and load_table (what the codes of a triple give, TABLE_BYTES),
// value<K> (what code K of each word gives), and add_to_sums. Included inside a namespace.

// A value is at most 3 * 127, and a span adds sixteen of them.
constexpr int SPANS_IN_16_BITS = 5;

// Memory is asked for AHEAD bytes from where it is read; from `last` on, what lies there is another's, and what will be
// read is `jump` bytes away.
struct Path {
    const uint8_t* last;
    ptrdiff_t jump;
    void ask(const uint8_t* p) const { prefetch(p + (p < last ? ptrdiff_t(AHEAD) : jump)); }
};

// The sums of the rows of a group over `cols` columns.
static inline void triple_sums(const uint8_t* lines, int cols, const uint8_t* tables, const Path& path, int32_t* out) {
    constexpr int VECTORS = TRIPLE_ROWS / WORDS;
    for (int i = 0; i < TRIPLE_ROWS; i++) out[i] = 0;
    const int spans = row_spans(cols), rest = rest_lines(cols);
    const auto take = [&](int line, Words* sums, Words* left) {
        for (int i = 0; i < LINE_BYTES; i += CACHE_LINE) path.ask(lines + line * LINE_BYTES + i);
        const uint8_t* of_line = tables + line * LINE_TRIPLES * TABLE_BYTES;
        const Table a = load_table(of_line), b = load_table(of_line + TABLE_BYTES),
                    c = load_table(of_line + 2 * TABLE_BYTES);
        for (int v = 0; v < VECTORS; v++) {
            const Words w = load_words(lines + line * LINE_BYTES + v * 2 * WORDS);
            if (left) left[v] = pushed(left[v], w);
            sums[v] = add_words(sums[v], add_words(add_words(value<0>(w, a), value<1>(w, b)), value<2>(w, c)));
        }
    };
    for (int first = 0; first < spans; first += SPANS_IN_16_BITS) {
        Words sums[VECTORS];
        for (int v = 0; v < VECTORS; v++) sums[v] = zero_words();
        for (int span = first; span < at_most(spans, first + SPANS_IN_16_BITS); span++) {
            Words left[VECTORS];
            for (int v = 0; v < VECTORS; v++) left[v] = zero_words();
            for (int line = 0; line < SPAN_LINES; line++) take(line, sums, left);
            const Table of_left = load_table(tables + (SPAN_TRIPLES - 1) * TABLE_BYTES);
            for (int v = 0; v < VECTORS; v++) sums[v] = add_words(sums[v], value<0>(left[v], of_left));
            lines += SPAN_LINES * LINE_BYTES;
            tables += SPAN_TRIPLES * TABLE_BYTES;
        }
        for (int v = 0; v < VECTORS; v++) add_to_sums(sums[v], out + v * WORDS);
    }
    if (!rest) return;
    Words sums[VECTORS];
    for (int v = 0; v < VECTORS; v++) sums[v] = zero_words();
    for (int line = 0; line < rest; line++) take(line, sums, nullptr);
    for (int v = 0; v < VECTORS; v++) add_to_sums(sums[v], out + v * WORDS);
}

// Calls one(group, from, to, at) for each group of rows `first`, ..., with its rows of these and the place of `from` in
// what is given out.
template <class One>
static inline void each_group(const uint8_t* codes, int first, int rows, int cols, One one) {
    for (int at = 0; at < rows;) {
        const int from = (first + at) % TRIPLE_ROWS, to = at_most(TRIPLE_ROWS, from + rows - at);
        one(codes + (first + at) / TRIPLE_ROWS * group_bytes(cols), from, to, at);
        at += to - from;
    }
}

static void ternary5in3(const uint8_t* codes, int first, int rows, int cols, float factor, const uint8_t* tables,
                        const uint8_t* next, float* out, bool add_to) {
    const int groups = (first + rows + TRIPLE_ROWS - 1) / TRIPLE_ROWS;
    const uint8_t* last = codes + groups * group_bytes(cols) - AHEAD;
    const Path path{last, next - last};
    each_group(codes, first, rows, cols, [&](const uint8_t* group, int from, int to, int at) {
        int32_t sums[TRIPLE_ROWS];
        triple_sums(group, cols, tables, path, sums);
        float y[TRIPLE_ROWS];
        for (int i = 0; i < TRIPLE_ROWS; i++) y[i] = float(sums[i]) * factor;
        float* place = out + at;
        if (to - from < TRIPLE_ROWS) {
            for (int i = from; i < to; i++, place++) *place = add_to ? *place + y[i] : y[i];
        } else if (add_to) {
            for (int i = 0; i < TRIPLE_ROWS; i++) place[i] += y[i];
        } else {
            for (int i = 0; i < TRIPLE_ROWS; i++) place[i] = y[i];
        }
    });
}
