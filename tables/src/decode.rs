//! Turns the bytes of a text file into text, whatever program wrote it.
//! Nothing is replaced in silence: bytes that are no text are an error with their row.

use crate::Error;
use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8};

/// So many characters beyond ASCII do not look like UTF-8 by chance.
const NO_CHANCE: usize = 8;

/// The text of a file: by its byte order mark where it has one (UTF-8, UTF-16), otherwise UTF-8
/// where it is valid, otherwise GB18030, which Excel in Chinese writes when asked for CSV.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, Error> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return strictly(encoding, &bytes[mark..]);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        // A cut or damaged file in UTF-8 often passes for GB18030, as other characters than were written.
        Err(error) if is_utf8_so_far(&bytes[..error.valid_up_to()]) => strictly(UTF_8, bytes),
        Err(_) => strictly(GB18030, bytes),
    }
}

fn is_utf8_so_far(bytes: &[u8]) -> bool {
    let starts = bytes.iter().filter(|byte| **byte >= 0xc0);
    starts.count() >= NO_CHANCE
}

fn strictly(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, Error> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).ok_or(Error::TooBig)?;
    let mut text = String::with_capacity(room);
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true).0 {
        DecoderResult::InputEmpty => Ok(text),
        DecoderResult::OutputFull => Err(Error::TooBig),
        DecoderResult::Malformed(..) => Err(Error::Encoding { row: last_row(&text) }),
    }
}

/// The number of the row in which a text ends: line breaks inside quotes begin no row.
fn last_row(text: &str) -> usize {
    let mut quoted = false;
    let mut row = 1;
    let mut before = ' ';
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '\n' if before == '\r' => {}
            '\n' | '\r' if !quoted => row += 1,
            _ => {}
        }
        before = letter;
    }
    row
}
