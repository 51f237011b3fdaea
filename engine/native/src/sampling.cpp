// The next token from the logits: of the likeliest words as many as are wanted, and one of these by a random number.
//
// Only what may be needed is sorted. A word is one whole number: its weight in the upper half, so that the likelier is
// the larger (floats that are not negative compare as their bits do), and below it the complement of its id, so that
// the lower of equals is the larger.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <new>
#include <vector>

#include "api.h"
#include "dispatch.h"

namespace {
using Word = uint64_t;

// The words that are wanted are first looked for among those at least so likely, of the likeliest; there they nearly
// always lie.
constexpr float LIKELY = 1e-3f;
constexpr int FEW = 64;  // words that are sorted and not parted further
// Buckets for weights by their upper bits: so many for each power of two, down to LIKELY. The first is for all below.
constexpr int BUCKET_BITS = 15, BUCKETS = 10 * 256 + 1;

Word word(float weight, int id) {
    uint32_t bits;
    std::memcpy(&bits, &weight, sizeof(bits));
    return Word(bits) << 32 | ~uint32_t(id);
}
float weight_of(Word w) {
    const uint32_t bits = uint32_t(w >> 32);
    float weight;
    std::memcpy(&weight, &bits, sizeof(weight));
    return weight;
}
int bucket_of(Word w) {
    constexpr int ONE = 0x3f800000 >> BUCKET_BITS;
    return std::max(0, int(w >> (32 + BUCKET_BITS)) - ONE + BUCKETS - 1);
}
int id_of(Word w) { return int(~uint32_t(w)); }

using Words = std::vector<Word>;

double sum(Words::const_iterator begin, Words::const_iterator end) {
    double total = 0;
    for (; begin != end; ++begin) total += double(weight_of(*begin));
    return total;
}

class Sampler {
public:
    // Weights of the words; false where there is none: a logit is no number, or no word is allowed.
    bool weigh(const Kernels& k, const float* logits, int count, float inverse) {
        count_ = count;
        chosen_ = false;
        weights_.resize(size_t(count));
        sums_.resize(size_t((count + SUMMED - 1) / SUMMED));
        tops_.resize(size_t((count + STRETCH - 1) / STRETCH));
        const float peak = k.peak(logits, count);
        if (!std::isfinite(peak)) return false;
        k.weigh(logits, count, peak, inverse, weights_.data(), sums_.data(), tops_.data());
        total_ = 0;
        for (double part : sums_) total_ += part;
        return total_ > 0;  // not if it is NaN
    }

    // Leave only the `wanted` likeliest.
    void keep_likeliest(size_t wanted) {
        collect(LIKELY);
        if (pool_.size() < wanted) collect(0.0f);
        work_ = pool_;
        const auto last = work_.begin() + std::ptrdiff_t(wanted) - 1;
        std::nth_element(work_.begin(), last, work_.end(), std::greater<Word>());
        keep_down_to(*last);
    }

    // Leave only the fewest that reach this share of the sum.
    void keep_share(double share) {
        const double wanted = share * total_;
        if (!chosen_) {
            collect(LIKELY);
            if (sum(pool_.begin(), pool_.end()) < wanted) collect(0.0f);
        }
        keep_down_to(last_needed(wanted));
    }

    // The first word up to which the weights of those left sum to `chance` of them all.
    int at(double chance) const {
        const double wanted = chance * total_;
        double reached = 0;
        if (chosen_) {
            for (Word w : pool_)
                if ((reached += double(weight_of(w))) >= wanted) return id_of(w);
            // Rounding let it be missed: the last that has a weight.
            return id_of(*std::find_if(pool_.rbegin(), pool_.rend(), [](Word w) { return weight_of(w) > 0; }));
        }
        size_t part = 0;
        double before = 0;
        for (; part + 1 < sums_.size() && before + sums_[part] < wanted; part++) before += sums_[part];
        int i = int(part) * SUMMED;
        for (const int end = at_most(count_, i + SUMMED); i < end; i++)
            if ((reached += double(weights_[size_t(i)])) >= wanted - before) return i;
        while (!(weights_[size_t(--i)] > 0)) {
        }
        return i;
    }

private:
    // All words of at least this weight, in the order of their ids.
    void collect(float least) {
        pool_.clear();
        for (size_t stretch = 0; stretch < tops_.size(); stretch++) {
            if (tops_[stretch] < least) continue;
            const int begin = int(stretch) * STRETCH;
            for (int i = begin; i < at_most(count_, begin + STRETCH); i++)
                if (weights_[size_t(i)] >= least) pool_.push_back(word(weights_[size_t(i)], i));
        }
    }

    void keep_down_to(Word last) {
        pool_.erase(std::remove_if(pool_.begin(), pool_.end(), [=](Word w) { return w < last; }), pool_.end());
        total_ = sum(pool_.begin(), pool_.end());
        chosen_ = true;
    }

    // Where the pool, the likeliest first, reaches `wanted`: on which bucket, and there in which half, and in which of
    // that.
    Word last_needed(double wanted) {
        work_ = pool_;
        double before = 0;
        if (work_.size() > FEW) {
            buckets_.assign(BUCKETS, 0.0);
            for (Word w : work_) buckets_[size_t(bucket_of(w))] += double(weight_of(w));
            int bucket = BUCKETS - 1, last = bucket;  // the last that is not empty, where rounding lets it be missed
            for (; bucket >= 0 && before + buckets_[size_t(bucket)] < wanted; bucket--) {
                before += buckets_[size_t(bucket)];
                if (buckets_[size_t(bucket)] > 0) last = bucket;
            }
            if (bucket < 0) before -= buckets_[size_t(bucket = last)];
            work_.erase(std::remove_if(work_.begin(), work_.end(), [=](Word w) { return bucket_of(w) != bucket; }),
                        work_.end());
        }
        auto low = work_.begin(), high = work_.end();
        while (high - low > FEW) {
            const auto middle = low + (high - low) / 2;
            std::nth_element(low, middle, high, std::greater<Word>());
            const double part = sum(low, middle);
            if (before + part >= wanted) {
                high = middle;
            } else {
                before += part;
                low = middle;
            }
        }
        std::sort(low, high, std::greater<Word>());
        for (; low + 1 != high; ++low)
            if ((before += double(weight_of(*low))) >= wanted) break;
        return *low;
    }

    int count_ = 0;                       // words
    std::vector<float> weights_, tops_;   // of each word, and the largest of each stretch of them
    std::vector<double> sums_, buckets_;  // of many words together; of the pool, by weight
    double total_ = 0;                    // of those that are left
    bool chosen_ = false;                 // whether these are the pool, in the order of their ids, or all
    Words pool_, work_;
};
}  // namespace

int32_t bl_sample(const char* instructions, const float* logits, int32_t count, float inverse_temperature,
                  int32_t top_k, double top_p, double chance) {
    const Kernels* k = select_kernels(instructions);
    if (!k) return BL_CANNOT;
    static thread_local Sampler sampler;  // keeps its memory for the next token
    try {
        if (!sampler.weigh(*k, logits, count, inverse_temperature)) return BL_NOT_FINITE;
        if (top_k > 0 && top_k < count) sampler.keep_likeliest(size_t(top_k));
        if (top_p < 1) sampler.keep_share(top_p);
        return sampler.at(chance);
    } catch (const std::bad_alloc&) {
        return BL_CANNOT;
    }
}
