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
