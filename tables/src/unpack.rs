//! Looks into a workbook's package before anything reads it: how much it unpacks to, and whether a
//! part of it would make the reader ask for memory out of proportion to its size.

use crate::Error;
use std::io::{Cursor, Read as _};
use zip::ZipArchive;

/// Bytes of all parts together. A list of 5,000 rows takes about 2 MB.
const MOST_UNPACKED: usize = 64 << 20;

/// Bytes that the styles may take once they are read: each style holds copies of what it names.
const MOST_STYLES: usize = 256 << 20;

/// The shortest entry of the table of texts, `<si/>`.
const SHORTEST_TEXT: usize = 5;

/// Refuses a package that unpacks to too much, or promises what it does not hold.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Error> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Error::NotATable)?;
    let mut left = MOST_UNPACKED;
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(|_| Error::NotATable)?;
        let name = part.name().map_err(|_| Error::NotATable)?.to_ascii_lowercase();
        let mut content = Vec::new();
        // The size that an archive states is not to be trusted, so what comes out is counted.
        part.take(left as u64 + 1).read_to_end(&mut content).map_err(|_| Error::NotATable)?;
        left = left.checked_sub(content.len()).ok_or(Error::TooBig)?;
        let texts = name.ends_with("sharedstrings.xml");
        let styles = name.ends_with("styles.xml");
        // No XML holds a zero byte, unless in an encoding in which the checks below would find nothing.
        if (texts || styles) && content.contains(&0) {
            return Err(Error::NotATable);
        }
        if texts && promised(&content).any(|count| count > content.len() / SHORTEST_TEXT) {
            return Err(Error::NotATable);
        }
        if styles && size_of_styles(&content) > MOST_STYLES {
            return Err(Error::TooBig);
        }
    }
    Ok(())
}

/// How many texts the table of texts says it has: the reader makes room for that many at once.
fn promised(content: &[u8]) -> impl Iterator<Item = usize> {
    const NAME: &[u8] = b"uniqueCount";
    content.windows(NAME.len()).enumerate().filter(|(_, found)| *found == NAME).map(|(at, _)| {
        let rest = content[at + NAME.len()..].iter();
        let digits = rest.skip_while(|byte| b"=\"' \t\r\n".contains(byte)).take_while(|byte| byte.is_ascii_digit());
        digits.fold(0_usize, |sum, digit| sum.saturating_mul(10).saturating_add(usize::from(digit - b'0')))
    })
}

/// No more than this do styles take: as if each tag held a copy of the longest.
fn size_of_styles(content: &[u8]) -> usize {
    let tags = content.split(|byte| *byte == b'<');
    let (count, longest) = tags.fold((0_usize, 0), |(count, longest), tag| (count + 1, longest.max(tag.len())));
    count.saturating_mul(longest)
}
