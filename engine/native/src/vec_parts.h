// Less than a whole vector, for sets without masks. Included inside a namespace.

// The first n < W values, then zeros.
static inline F load_part(const float* p, int n) {
    float buffer[W] = {};
    for (int i = 0; i < n; i++) buffer[i] = p[i];
    return load(buffer);
}

static inline void store_part(float* p, F x, int n) {
    float buffer[W];
    store(buffer, x);
    for (int i = 0; i < n; i++) p[i] = buffer[i];
}

// out[j][i] = in[i][j] of W by W floats.
static inline void transpose_tile(const float* in, size_t ld_in, float* out, size_t ld_out) {
    for (int i = 0; i < W; i++)
        for (int j = 0; j < W; j++) out[j * ld_out + i] = in[i * ld_in + j];
}
