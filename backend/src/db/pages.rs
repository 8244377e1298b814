//! Places in long lists. A page goes on after the last row of the one before it and not after a number of rows, so that
//! nobody is passed over when rows of the page before have left the list meanwhile.

use zaoshai_contract::civil::CivilDate;

/// A place in a list: the two numbers and the id by which its rows stand in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// What rows are ordered by first: a moment, a day or a rank.
    pub first: i64,
    /// What rows with the same first number are ordered by; 0 where there is nothing.
    pub second: i64,
    /// The id that tells the others apart.
    pub id: String,
}

impl After {
    /// Before the first row of a list that ascends.
    pub fn lowest() -> Self {
        Self { first: i64::MIN, second: i64::MIN, id: String::new() }
    }

    /// Before the first row of a list that descends.
    pub fn highest() -> Self {
        Self { first: i64::MAX, second: i64::MAX, id: String::new() }
    }

    /// Reads what [`std::fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let first = parts.next()?.parse().ok()?;
        let second = parts.next()?.parse().ok()?;
        let id = parts.next()?;
        let plain = id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain.then(|| Self { first, second, id: id.to_owned() })
    }
}

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.first, self.second, self.id)
    }
}

/// The day of a place, as days are stored; the number counts days since 1970.
pub(super) fn day_of(days: i64) -> String {
    // Stored days have four digits of years, and text compares like the days only within these.
    let (first, last) = (CivilDate::new(1, 1, 1), CivilDate::new(9999, 12, 31));
    let (first, last) = (first.map_or(0, CivilDate::days), last.map_or(0, CivilDate::days));
    CivilDate::from_days(days.clamp(first, last)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_and_nothing_else_does() {
        for after in [After::lowest(), After::highest(), After { first: 1, second: -2, id: "0123abcd".to_owned() }] {
            assert_eq!(After::parse(&after.to_string()), Some(after));
        }
        for text in ["", "1", "1.2", "a.2.x", "1.2.x'y", "1.2.../etc", "99999999999999999999.0.a"] {
            assert_eq!(After::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_of_places_compare_like_their_numbers() {
        let days = [i64::MIN, -1, 0, 20_000, i64::MAX].map(day_of);
        assert!(days.windows(2).all(|pair| pair[0] < pair[1]), "{days:?}");
    }
}
