//! Minimum, maximum and quantiles of any number of values, in bounded memory.

use std::collections::BTreeMap;

/// So many values are kept as they are, and quantiles of them are exact.
const EXACT: usize = 1_024;
/// Beyond that, values are counted in buckets, each so much wider than the one below: the middle of one is within 1 % of all in it.
const GROWTH: f64 = 1.02;
/// Buckets kept: with 1 % they reach over 17 powers of ten. What would need more loses the smallest ones into one.
const BUCKETS: usize = 2_048;

/// Values that were seen. Up to 1,024 of them are kept whole; of more, a quantile is within 1 % of the value that it stands for, as
/// long as they span less than 17 powers of ten. Minimum and maximum are always exact.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    count: u64,
    min: f64,
    max: f64,
    kept: Kept,
}

#[derive(Debug, Clone, PartialEq)]
enum Kept {
    Exact(Vec<f64>),
    Buckets(BTreeMap<Bucket, u64>),
}

/// A bucket by the order of its values: negative ones, zero, positive ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bucket {
    /// The exponent is negated, so that what is further from zero comes first.
    Below(i32),
    Zero,
    Above(i32),
}

/// A distribution in five numbers. All zero when nothing was seen.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spread {
    /// How many values there were.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// The value that half of them do not exceed.
    pub p50: f64,
    /// The value that 99 of 100 do not exceed.
    pub p99: f64,
    /// The largest.
    pub max: f64,
}

impl Default for Distribution {
    fn default() -> Self {
        Self { count: 0, min: f64::INFINITY, max: f64::NEG_INFINITY, kept: Kept::Exact(Vec::new()) }
    }
}

impl Distribution {
    /// Takes one value; what is no finite number is not counted.
    pub fn add(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        self.count += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        match &mut self.kept {
            Kept::Exact(values) if values.len() < EXACT => values.push(value),
            Kept::Exact(values) => {
                let mut buckets = BTreeMap::new();
                values.iter().for_each(|value| count(&mut buckets, *value));
                count(&mut buckets, value);
                self.kept = Kept::Buckets(buckets);
            }
            Kept::Buckets(buckets) => count(buckets, value),
        }
    }

    /// The five numbers. A quantile is the smallest value that at least so many do not exceed.
    #[must_use]
    pub fn spread(&self) -> Spread {
        if self.count == 0 {
            return Spread::default();
        }
        let [p50, p99] = match &self.kept {
            Kept::Exact(values) => {
                let mut sorted = values.clone();
                sorted.sort_by(f64::total_cmp);
                [50, 99].map(|percent| {
                    let place = usize::try_from(self.rank(percent) - 1).unwrap_or(usize::MAX);
                    sorted.get(place).copied().unwrap_or(self.max)
                })
            }
            Kept::Buckets(buckets) => {
                [50, 99].map(|percent| self.within(buckets, self.rank(percent)).clamp(self.min, self.max))
            }
        };
        Spread { count: self.count, min: self.min, p50, p99, max: self.max }
    }

    /// How many values do not exceed the quantile: at least one.
    fn rank(&self, percent: u64) -> u64 {
        let whole = u128::from(self.count) * u128::from(percent);
        u64::try_from(whole.div_ceil(100)).unwrap_or(u64::MAX).max(1)
    }

    fn within(&self, buckets: &BTreeMap<Bucket, u64>, rank: u64) -> f64 {
        let mut seen = 0;
        for (bucket, count) in buckets {
            seen += count;
            if seen >= rank {
                return bucket.middle();
            }
        }
        self.max
    }
}

fn count(buckets: &mut BTreeMap<Bucket, u64>, value: f64) {
    *buckets.entry(Bucket::of(value)).or_insert(0) += 1;
    if buckets.len() > BUCKETS {
        merge_smallest(buckets);
    }
}

/// What is nearest to zero goes into the next one further away: the large values are those that are asked for.
fn merge_smallest(buckets: &mut BTreeMap<Bucket, u64>) {
    let mut above = buckets.range(Bucket::Above(i32::MIN)..).map(|(bucket, _)| *bucket);
    let mut below = buckets.range(..Bucket::Zero).rev().map(|(bucket, _)| *bucket);
    let above = above.next().zip(above.next());
    let below = below.next().zip(below.next());
    let nearer = match (above, below) {
        (Some((Bucket::Above(exponent), _)), Some((Bucket::Below(negated), _))) if -negated < exponent => below,
        (above, below) => above.or(below),
    };
    if let Some((from, to)) = nearer
        && let Some(count) = buckets.remove(&from)
    {
        *buckets.entry(to).or_insert(0) += count;
    }
}

impl Bucket {
    fn of(value: f64) -> Self {
        // Finite and not zero, so the logarithm is within ±40,000 and its floor exact.
        let exponent = || (value.abs().ln() / GROWTH.ln()).floor() as i32;
        match value {
            value if value > 0.0 => Self::Above(exponent()),
            value if value < 0.0 => Self::Below(-exponent()),
            _ => Self::Zero,
        }
    }

    /// The value that is equally far, in percent, from both ends.
    fn middle(self) -> f64 {
        let middle = |exponent: i32| GROWTH.powf(f64::from(exponent) + 0.5);
        match self {
            Self::Above(exponent) => middle(exponent),
            Self::Below(negated) => -middle(-negated),
            Self::Zero => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = f64>) -> Distribution {
        let mut distribution = Distribution::default();
        values.into_iter().for_each(|value| distribution.add(value));
        distribution
    }

    #[test]
    fn quantiles_of_few_values_are_values_that_were_seen() {
        assert_eq!(of([]).spread(), Spread::default());
        assert_eq!(of([7.5]).spread(), Spread { count: 1, min: 7.5, p50: 7.5, p99: 7.5, max: 7.5 });
        assert_eq!(of([4.0, 1.0, 3.0, 2.0]).spread(), Spread { count: 4, min: 1.0, p50: 2.0, p99: 4.0, max: 4.0 });
        let hundred = of((1..=100).rev().map(f64::from)).spread();
        assert_eq!(hundred, Spread { count: 100, min: 1.0, p50: 50.0, p99: 99.0, max: 100.0 });
    }

    #[test]
    fn quantiles_of_many_values_are_within_one_percent_over_ten_powers_of_ten() {
        let values: Vec<f64> = (0..100_000).map(|n| 10f64.powf(f64::from(n) / 10_000.0 - 4.0)).collect();
        for sign in [1.0, -1.0] {
            let spread = of(values.iter().rev().map(|value| sign * value)).spread();
            let mut sorted: Vec<f64> = values.iter().map(|value| sign * value).collect();
            sorted.sort_by(f64::total_cmp);
            for (told, place) in [(spread.p50, 49_999), (spread.p99, 98_999)] {
                let exact: f64 = sorted[place];
                assert!((told - exact).abs() <= 0.0101 * exact.abs(), "{told} {exact}");
            }
            assert_eq!((spread.count, spread.min, spread.max), (100_000, sorted[0], sorted[99_999]));
        }
    }

    #[test]
    fn the_same_value_many_times_is_told_exactly() {
        let spread = of(std::iter::repeat_n(0.3, 5_000)).spread();
        assert_eq!(spread, Spread { count: 5_000, min: 0.3, p50: 0.3, p99: 0.3, max: 0.3 });
        assert_eq!(of(std::iter::repeat_n(0.0, 5_000)).spread().p99, 0.0);
    }

    #[test]
    fn memory_stays_bounded_over_all_values_that_there_are_and_the_large_ones_stay_right() {
        let wide = |n: u32| 10f64.powf(f64::from(n % 6_000) / 10.0 - 300.0);
        let all = of((0..60_000).flat_map(|n| [wide(n), -wide(n)]).chain([f64::MAX, f64::MIN, 0.0]));
        match &all.kept {
            Kept::Buckets(buckets) => assert!(buckets.len() <= BUCKETS, "{}", buckets.len()),
            Kept::Exact(_) => panic!("so many are not kept whole"),
        }
        let spread = all.spread();
        assert_eq!((spread.count, spread.min, spread.max), (120_003, f64::MIN, f64::MAX));
        assert!((0.99e288..1.01e288).contains(&spread.p99), "{spread:?}");
    }

    #[test]
    fn what_is_no_number_is_not_counted() {
        assert_eq!(of([f64::NAN, f64::INFINITY, f64::NEG_INFINITY]).spread().count, 0);
    }
}
