//! Whole numbers in as few bytes each as the largest of them needs: codes, and counts that are
//! mostly small.

/// A list of numbers that widens as they grow.
#[derive(Debug, Clone)]
pub(crate) enum Narrow {
    Bytes(Vec<u8>),
    Shorts(Vec<u16>),
    Words(Vec<u32>),
    Longs(Vec<u64>),
}

impl Default for Narrow {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}

impl Narrow {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Bytes(list) => list.len(),
            Self::Shorts(list) => list.len(),
            Self::Words(list) => list.len(),
            Self::Longs(list) => list.len(),
        }
    }

    /// Bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Bytes(list) => list.len(),
            Self::Shorts(list) => 2 * list.len(),
            Self::Words(list) => 4 * list.len(),
            Self::Longs(list) => 8 * list.len(),
        }
    }

    #[inline]
    pub(crate) fn at(&self, at: usize) -> u64 {
        match self {
            Self::Bytes(list) => u64::from(list[at]),
            Self::Shorts(list) => u64::from(list[at]),
            Self::Words(list) => u64::from(list[at]),
            Self::Longs(list) => list[at],
        }
    }

    pub(crate) fn push(&mut self, number: u64) {
        self.widen(number);
        // Wide enough now.
        match self {
            Self::Bytes(list) => list.push(number as u8),
            Self::Shorts(list) => list.push(number as u16),
            Self::Words(list) => list.push(number as u32),
            Self::Longs(list) => list.push(number),
        }
    }

    pub(crate) fn set(&mut self, at: usize, number: u64) {
        self.widen(number);
        match self {
            Self::Bytes(list) => list[at] = number as u8,
            Self::Shorts(list) => list[at] = number as u16,
            Self::Words(list) => list[at] = number as u32,
            Self::Longs(list) => list[at] = number,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u64> {
        (0..self.len()).map(|at| self.at(at))
    }

    fn widen(&mut self, number: u64) {
        if number > self.most() {
            let wider = match number {
                0..=0xffff => Self::Shorts(self.iter().map(|n| n as u16).collect()),
                0x1_0000..=0xffff_ffff => Self::Words(self.iter().map(|n| n as u32).collect()),
                _ => Self::Longs(self.iter().collect()),
            };
            *self = wider;
        }
    }

    fn most(&self) -> u64 {
        match self {
            Self::Bytes(_) => u64::from(u8::MAX),
            Self::Shorts(_) => u64::from(u16::MAX),
            Self::Words(_) => u64::from(u32::MAX),
            Self::Longs(_) => u64::MAX,
        }
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
        assert_eq!((list.at(6), list.at(7), list.at(299), list.bytes()), (6, 1 << 20, 99, 1200));
    }
}
