//! Places on a page (ISO 32000-1, 8.3).

use super::layout::Chunk;
use super::syntax::Object;

/// `[a b c d e f]` of a change of coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn translation(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    pub(super) fn of(numbers: &[f64]) -> Option<Self> {
        numbers.try_into().ok().map(Self)
    }

    pub(super) fn of_operands(operands: &[Object]) -> Option<Self> {
        let numbers: Vec<f64> = operands.iter().filter_map(Object::number).collect();
        Self::of(&numbers)
    }

    /// Turns a page by its `Rotate`, a number of quarter turns clockwise.
    pub(super) fn rotation(quarters: i64) -> Self {
        Self(match quarters.rem_euclid(4) {
            1 => [0.0, -1.0, 1.0, 0.0, 0.0, 0.0],
            2 => [-1.0, 0.0, 0.0, -1.0, 0.0, 0.0],
            3 => [0.0, 1.0, -1.0, 0.0, 0.0, 0.0],
            _ => Self::IDENTITY.0,
        })
    }

    /// This change, and then another.
    pub(super) fn then(self, next: Self) -> Self {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, next.0);
        Self([
            a * g + b * i,
            a * h + b * j,
            c * g + d * i,
            c * h + d * j,
            e * g + f * i + k,
            e * h + f * j + l,
        ])
    }

    /// What a square of one unit covers.
    pub(super) fn area(self) -> f64 {
        let [a, b, c, d, ..] = self.0;
        (a * d - b * c).abs()
    }

    /// A piece of text that is shown with this matrix and ends where another begins; `None` where
    /// it has no place or no size.
    pub(super) fn chunk(self, behind: Self, text: String) -> Option<Chunk> {
        let [a, b, c, d, x, y] = self.0;
        let [.., x_behind, y_behind] = behind.0;
        let size = c.hypot(d);
        let finite = [a, b, size, x, y, x_behind, y_behind].iter().all(|n| n.is_finite());
        if !finite || size <= 0.0 {
            return None;
        }
        let turns = match () {
            () if a.abs() >= b.abs() && a >= 0.0 => 0,
            () if a.abs() < b.abs() && b > 0.0 => 1,
            () if a.abs() >= b.abs() => 2,
            () => 3,
        };
        let along = |x: f64, y: f64| match turns {
            0 => (x, -y),
            1 => (y, x),
            2 => (-x, y),
            _ => (-y, -x),
        };
        let ((from, down), (to, _)) = (along(x, y), along(x_behind, y_behind));
        Some(Chunk { turns, from, to: to.max(from), down, size, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_follow_each_other() {
        let moved = Matrix::translation(2.0, 3.0);
        let doubled = Matrix([2.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
        assert_eq!(moved.then(doubled).0, [2.0, 0.0, 0.0, 2.0, 4.0, 6.0]);
        assert_eq!(doubled.then(moved).0, [2.0, 0.0, 0.0, 2.0, 2.0, 3.0]);
        assert_eq!(doubled.area(), 4.0);
        assert_eq!(Matrix::rotation(5), Matrix::rotation(1));
    }

    #[test]
    fn text_runs_in_its_direction() {
        let size = Matrix([10.0, 0.0, 0.0, 10.0, 0.0, 0.0]);
        let check = |quarters: i64, turns: u8| {
            let turned = Matrix::rotation(quarters);
            let chunk =
                size.then(turned).chunk(Matrix::translation(5.0, 0.0).then(turned), "a".into());
            let chunk = chunk.unwrap();
            assert_eq!((chunk.turns, chunk.from, chunk.to, chunk.size), (turns, 0.0, 5.0, 10.0));
        };
        check(0, 0);
        check(1, 3);
        check(2, 2);
        check(3, 1);
        assert!(Matrix([f64::NAN; 6]).chunk(size, "a".into()).is_none());
        assert!(Matrix([1.0, 0.0, 0.0, 0.0, 0.0, 0.0]).chunk(size, "a".into()).is_none());
    }
}
