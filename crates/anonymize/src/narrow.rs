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
    pub(crate) fn zip<T>(&self, beside: &mut [T], work: impl FnMut(&mut T, u32)) {
        self.zip_from(0, beside, work);
    }

    /// The same from a position on.
    pub(crate) fn zip_from<T>(
        &self,
        from: usize,
        beside: &mut [T],
        mut work: impl FnMut(&mut T, u32),
    ) {
        let beside = beside.iter_mut();
        match &self.list {
            List::Bytes(list) => {
                beside.zip(&list[from..]).for_each(|(b, n)| work(b, u32::from(*n)));
            }
            List::Shorts(list) => {
                beside.zip(&list[from..]).for_each(|(b, n)| work(b, u32::from(*n)));
            }
            List::Words(list) => beside.zip(&list[from..]).for_each(|(b, n)| work(b, *n)),
            List::Longs(list) => beside.zip(&list[from..]).for_each(|(b, n)| work(b, *n as u32)),
        }
    }

    /// Counts one more at each of some positions, of which those behind the end are new.
    pub(crate) fn count(&mut self, positions: &[u32]) {
        let Some(last) = positions.iter().max().map(|at| *at as usize) else { return };
        if last >= self.len() {
            match &mut self.list {
                List::Bytes(list) => list.resize(last + 1, 0),
                List::Shorts(list) => list.resize(last + 1, 0),
                List::Words(list) => list.resize(last + 1, 0),
                List::Longs(list) => list.resize(last + 1, 0),
            }
        }
        let mut left = positions;
        while !left.is_empty() {
            // A count that has no room is the first of those that are left, once the list is wide enough.
            let counted = match &mut self.list {
                List::Bytes(list) => count_in(list, left, |n| n.checked_add(1)),
                List::Shorts(list) => count_in(list, left, |n| n.checked_add(1)),
                List::Words(list) => count_in(list, left, |n| n.checked_add(1)),
                List::Longs(list) => count_in(list, left, |n| Some(n.saturating_add(1))),
            };
            left = &left[counted..];
            if !left.is_empty() {
                self.widen(self.most() + 1);
            }
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

/// Counts at positions until one has no room, and says at how many.
fn count_in<N: Copy>(list: &mut [N], positions: &[u32], more: impl Fn(N) -> Option<N>) -> usize {
    for (counted, at) in positions.iter().enumerate() {
        let number = &mut list[*at as usize];
        match more(*number) {
            Some(more) => *number = more,
            None => return counted,
        }
    }
    positions.len()
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

    #[test]
    fn positions_are_counted() {
        let mut list = Narrow::default();
        let positions: Vec<u32> = (0..70_000).map(|n| if n % 7 == 0 { n % 3 } else { 5 }).collect();
        positions.chunks(999).for_each(|some| list.count(some));
        list.count(&[]);
        let at = |at| positions.iter().filter(|position| **position == at).count() as u64;
        assert!(list.iter().eq((0..6).map(at)), "{list:?}");
    }
}
