//! Whole numbers in as few bytes each as the largest of them needs: codes, and counts that are
//! mostly small.

/// A list of numbers that widens as they grow.
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    list: List,
}

#[derive(Debug, Clone)]
enum List {
    Bytes(Vec<u8>),
    Shorts(Vec<u16>),
    Words(Vec<u32>),
    Longs(Vec<u64>),
}

impl Default for List {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

impl Narrow {
    /// How many numbers.
    pub fn len(&self) -> usize {
        match &self.list {
            List::Bytes(list) => list.len(),
            List::Shorts(list) => list.len(),
            List::Words(list) => list.len(),
            List::Longs(list) => list.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes they take.
    pub fn bytes(&self) -> usize {
        match &self.list {
            List::Bytes(list) => list.len(),
            List::Shorts(list) => 2 * list.len(),
            List::Words(list) => 4 * list.len(),
            List::Longs(list) => 8 * list.len(),
        }
    }

    /// The number at a position, which has to be one.
    #[inline]
    pub fn at(&self, at: usize) -> u64 {
        match &self.list {
            List::Bytes(list) => u64::from(list[at]),
            List::Shorts(list) => u64::from(list[at]),
            List::Words(list) => u64::from(list[at]),
            List::Longs(list) => list[at],
        }
    }

    /// Adds a number.
    pub fn push(&mut self, number: u64) {
        self.widen(number);
        // Wide enough now.
        match &mut self.list {
            List::Bytes(list) => list.push(number as u8),
            List::Shorts(list) => list.push(number as u16),
            List::Words(list) => list.push(number as u32),
            List::Longs(list) => list.push(number),
        }
    }

    /// Adds numbers.
    pub fn extend(&mut self, numbers: &[u32]) {
        self.widen(u64::from(numbers.iter().copied().max().unwrap_or(0)));
        match &mut self.list {
            List::Bytes(list) => list.extend(numbers.iter().map(|n| *n as u8)),
            List::Shorts(list) => list.extend(numbers.iter().map(|n| *n as u16)),
            List::Words(list) => list.extend(numbers),
            List::Longs(list) => list.extend(numbers.iter().map(|n| u64::from(*n))),
        }
    }

    /// Puts a number in the place of another.
    pub(crate) fn set(&mut self, at: usize, number: u64) {
        self.widen(number);
        match &mut self.list {
            List::Bytes(list) => list[at] = number as u8,
            List::Shorts(list) => list[at] = number as u16,
            List::Words(list) => list[at] = number as u32,
            List::Longs(list) => list[at] = number,
        }
    }

    /// The numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        (0..self.len()).map(|at| self.at(at))
    }

    /// Hands each number to `work`, with what is at its position in `beside`. The width is looked up
    /// once and not for each number.
    pub(crate) fn zip<T>(&self, beside: &mut [T], mut work: impl FnMut(&mut T, u32)) {
        match &self.list {
            List::Bytes(list) => {
                beside.iter_mut().zip(list).for_each(|(b, n)| work(b, u32::from(*n)));
            }
            List::Shorts(list) => {
                beside.iter_mut().zip(list).for_each(|(b, n)| work(b, u32::from(*n)));
            }
            List::Words(list) => beside.iter_mut().zip(list).for_each(|(b, n)| work(b, *n)),
            List::Longs(list) => beside.iter_mut().zip(list).for_each(|(b, n)| work(b, *n as u32)),
        }
    }

    fn widen(&mut self, number: u64) {
        if number > self.most() {
            self.list = match number {
                0..=0xffff => List::Shorts(self.iter().map(|n| n as u16).collect()),
                0x1_0000..=0xffff_ffff => List::Words(self.iter().map(|n| n as u32).collect()),
                _ => List::Longs(self.iter().collect()),
            };
        }
    }

    fn most(&self) -> u64 {
        match &self.list {
            List::Bytes(_) => u64::from(u8::MAX),
            List::Shorts(_) => u64::from(u16::MAX),
            List::Words(_) => u64::from(u32::MAX),
            List::Longs(_) => u64::MAX,
        }
    }
}

impl FromIterator<u64> for Narrow {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        let mut list = Self::default();
        numbers.into_iter().for_each(|number| list.push(number));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_size_are_kept() {
        let mut list = Narrow::default();
        let mut expect = Vec::new();
        for number in [0, 255, 256, 3, 65_535, 65_536, 1 << 31, u64::from(u32::MAX), 1 << 32, 7] {
            list.push(number);
            expect.push(number);
            assert!(list.iter().eq(expect.iter().copied()), "{number}");
        }
        assert_eq!(list.len(), 10);
        let mut list = Narrow::default();
        (0..300).for_each(|n| list.push(n % 100));
        list.set(7, 1 << 20);
        list.extend(&[1, 2]);
        assert_eq!((list.len(), list.at(301)), (302, 2));
        assert_eq!((list.at(6), list.at(7), list.at(299), list.bytes()), (6, 1 << 20, 99, 1208));
    }
}
