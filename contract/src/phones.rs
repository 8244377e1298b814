//! Phone numbers as people write, paste and export them: the one parser for forms, tables, the API and the search.
//! Whoever reads a number here gets one that can be dialled, or a sentence about what is wrong with it.

use crate::ids::PhoneEnding;
use core::fmt;

/// Longest text that is looked at, in characters: a number with a few words around it.
const MOST_LETTERS: usize = 80;
/// Longest words beside a number, like "女儿 王芳", in characters.
const MOST_WORDS: usize = 20;
/// Most digits of an extension.
const MOST_EXTENSION: usize = 6;
/// What stands before a number and says only that it is one.
const LABELS: [&str; 20] = [
    "手机号码",
    "手机号",
    "手机",
    "电话号码",
    "联系电话",
    "联系方式",
    "电话",
    "座机",
    "固话",
    "固定电话",
    "号码",
    "家庭电话",
    "mobile",
    "phone",
    "tel",
    "台湾",
    "香港",
    "澳门",
    "中国",
    "大陆",
];

/// A phone number that can be dialled from the mainland: a mobile number, a landline with its area code and perhaps an
/// extension, a 400 or 800 number, or a number of Hong Kong, Macau or Taiwan.
///
/// As text it is `13800138000`, `073128307119`, `073128307119-801`, `4008001234`, `+85291234567`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// A number and the words that stood beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPhone {
    /// The number.
    pub number: PhoneNumber,
    /// Whose it is, like 女儿; empty when nothing stood there.
    pub words: String,
}

/// Why a text is no phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneMistake {
    /// There is no number in it.
    None,
    /// A mobile number lacks so many digits.
    MobileShort(usize),
    /// A mobile number has so many digits too many.
    MobileLong(usize),
    /// Eleven digits begin with 1 as no mobile number does.
    MobileStart,
    /// Digits are missing behind the area code.
    LandlineShort(usize),
    /// There are too many digits behind the area code.
    LandlineLong(usize),
    /// A landline without its area code.
    NoAreaCode,
    /// A number of Hong Kong, Macau or Taiwan whose digits are not as many as there should be.
    Abroad(&'static str),
    /// Another country's.
    Foreign,
    /// Two numbers.
    Two,
    /// Words or signs among the digits.
    Mixed,
    /// A spreadsheet has shortened it to something like 1.38E+10.
    Shortened,
    /// Digits that are no number of any kind.
    Unknown,
}

impl fmt::Display for PhoneMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = |count: usize| match count {
            1 => "一位".to_owned(),
            2 => "两位".to_owned(),
            count => format!(" {count} 位"),
        };
        match self {
            Self::None => f.write_str("请填手机号或带区号的电话，例如 13800138000"),
            Self::MobileShort(count) => write!(f, "手机号少{}，应该是 11 位，请核对", digits(*count)),
            Self::MobileLong(count) => write!(f, "手机号多{}，应该是 11 位，请核对", digits(*count)),
            Self::MobileStart => f.write_str("手机号以 13 到 19 开头，请核对"),
            Self::LandlineShort(count) => write!(f, "座机号少{}，请核对，例如 0731-28307119", digits(*count)),
            Self::LandlineLong(count) => {
                write!(f, "座机号多{}，请核对；分机写成 0731-28307119-801", digits(*count))
            }
            Self::NoAreaCode => f.write_str("座机前面请加区号，例如 0731-28307119"),
            Self::Abroad(place) => write!(f, "{place}的号码位数不对，请核对"),
            Self::Foreign => f.write_str("这里只能填大陆和港澳台的号码"),
            Self::Two => f.write_str("这里有两个号码，请只留一个"),
            Self::Mixed => f.write_str("号码中间有别的字，请只留号码"),
            Self::Shortened => {
                f.write_str("号码被表格缩成了 1.38E+10 这样，后几位丢了。请把这一列设成“文本”，重新填号码")
            }
            Self::Unknown => f.write_str("号码不对，请核对。请填手机号或带区号的电话，例如 13800138000"),
        }
    }
}

impl PhoneNumber {
    /// Reads a number as people write it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<ReadPhone, PhoneMistake> {
        let text = plain(text)?;
        if shortened(&text) {
            return Err(PhoneMistake::Shortened);
        }
        // A program that took a number for an amount writes 13800138000.0.
        let text = match text.split_once('.') {
            Some((digits, zeros))
                if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') && is_digits(digits) =>
            {
                digits.to_owned()
            }
            _ => text,
        };
        let parts = parts(&text);
        let words = words(&parts)?;
        let numbers: Vec<(usize, &str)> = parts
            .iter()
            .enumerate()
            .filter_map(|(place, part)| match part {
                Part::Number(number) => Some((place, number.as_str())),
                Part::Words(_) | Part::Extension | Part::Other => None,
            })
            .collect();
        let number = match numbers.as_slice() {
            [] => return Err(PhoneMistake::None),
            // Somebody began an extension and left it out.
            [(place, _)] if parts[place + 1..].contains(&Part::Extension) => return Err(PhoneMistake::Mixed),
            [(_, number)] => one(number)?,
            [(first, number), (second, extension)] => {
                let extension: String = extension.chars().filter(char::is_ascii_digit).collect();
                let between = &parts[first + 1..*second];
                if between == [Part::Extension] && (1..=MOST_EXTENSION).contains(&extension.len()) {
                    extended(&one(number)?, &extension)?
                } else {
                    return Err(several(&numbers));
                }
            }
            _ => return Err(several(&numbers)),
        };
        Ok(ReadPhone { number: Self(number), words })
    }

    /// The same without a reason why not.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text).ok().map(|read| read.number)
    }

    /// A number as it was stored, whatever rule held when it was read.
    pub fn kept(text: String) -> Self {
        Self(text)
    }

    /// The number as text: what is stored, compared and found.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn main(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// A landline's number without area code and extension, as neighbours know it.
    pub fn local(&self) -> Option<&str> {
        let main = self.main();
        area_of(main).map(|area| &main[area.len()..])
    }

    /// The number without its extension.
    pub fn without_extension(&self) -> Self {
        Self(self.main().to_owned())
    }

    /// Whether a text message reaches it: a mobile number, or one of abroad, of which nobody here knows.
    pub fn takes_messages(&self) -> bool {
        let number = self.0.as_bytes();
        self.0.starts_with('+') || (number.len() == 11 && number[0] == b'1' && (b'3'..=b'9').contains(&number[1]))
    }

    /// The last four digits, before any extension.
    pub fn ending(&self) -> Option<PhoneEnding> {
        let main = self.main();
        main.len().checked_sub(4).and_then(|from| main.get(from..)).and_then(PhoneEnding::parse)
    }

    /// The number as a spreadsheet keeps it, and as it is easily read out: a mobile number in one piece, everything else
    /// in groups that no program takes for an amount. Reading it gives the number again.
    pub fn shown(&self) -> String {
        let main = self.main();
        let extension = &self.0[main.len()..];
        if let Some(rest) = main.strip_prefix('+') {
            let (place, number) = rest.split_at(rest.len().min(3));
            let (front, back) = number.split_at(number.len().saturating_sub(4));
            format!("+{place} {front} {back}{extension}")
        } else if let Some(area) = area_of(main) {
            format!("{area}-{}{extension}", &main[area.len()..])
        } else if main.len() == 10 && (main.starts_with("400") || main.starts_with("800")) {
            format!("{}-{}-{}{extension}", &main[..3], &main[3..6], &main[6..])
        } else {
            self.0.clone()
        }
    }
}

/// What a text is made of.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Digits with what may stand between them.
    Number(String),
    /// Letters.
    Words(String),
    /// What stands before an extension.
    Extension,
    /// What stands between two numbers.
    Other,
}

/// The text in half width, with one kind of space, dash and bracket, and without what nobody sees.
fn plain(text: &str) -> Result<String, PhoneMistake> {
    let mut out = String::new();
    for letter in text.trim().chars() {
        if out.chars().count() > MOST_LETTERS {
            return Err(PhoneMistake::Mixed);
        }
        match letter {
            '\u{ff01}'..='\u{ff5e}' => out.push(char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter)),
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{30fc}' | '\u{2500}' | '\u{4e00}' => {
                out.push('-');
            }
            '【' | '〔' | '[' | '{' | '〈' | '《' => out.push('('),
            '】' | '〕' | ']' | '}' | '〉' | '》' => out.push(')'),
            '·' | '•' | '。' => out.push('.'),
            '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{20e3}'
            | '\u{feff}' => {}
            '\n' | '\r' => out.push('/'),
            letter if letter.is_whitespace() => out.push(' '),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    // The mark by which a spreadsheet keeps digits as text is no part of the number.
    Ok(out.trim().trim_start_matches('\'').to_owned())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a spreadsheet has written the number with an exponent, or hashes for want of room.
fn shortened(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let exponent = lower.split_once('e').is_some_and(|(front, back)| {
        is_digits(&front.replace('.', "")) && is_digits(back.trim_start_matches(['+', '-']))
    });
    exponent || (text.len() > 2 && text.bytes().all(|byte| byte == b'#'))
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut number, mut words) = (String::new(), String::new());
    let flush = |parts: &mut Vec<Part>, number: &mut String, words: &mut String| {
        let (digits, letters) = (core::mem::take(number), core::mem::take(words));
        if digits.bytes().any(|byte| byte.is_ascii_digit()) {
            parts.push(Part::Number(digits));
        }
        match letters.trim().to_lowercase().as_str() {
            "" => {}
            "转" | "轉" | "分机" | "分機" | "转分机" | "ext" | "x" => parts.push(Part::Extension),
            _ => parts.push(Part::Words(letters.trim().to_owned())),
        }
    };
    for letter in text.chars() {
        match letter {
            '0'..='9' | '+' => {
                if !words.is_empty() {
                    flush(&mut parts, &mut number, &mut words);
                }
                number.push(letter);
            }
            ' ' | '-' | '(' | ')' | '.' | '_' | '~' if words.is_empty() => number.push(letter),
            ' ' => words.push(letter),
            '(' | ')' | '.' | '-' | '_' | '~' | ':' => {}
            '#' | '*' => {
                flush(&mut parts, &mut number, &mut words);
                parts.push(Part::Extension);
            }
            '/' | '\\' | '|' | ',' | ';' | '、' | '&' | '或' | '和' => {
                flush(&mut parts, &mut number, &mut words);
                parts.push(Part::Other);
            }
            letter => {
                if number.bytes().any(|byte| byte.is_ascii_digit()) {
                    flush(&mut parts, &mut number, &mut words);
                }
                number.clear();
                words.push(letter);
            }
        }
    }
    flush(&mut parts, &mut number, &mut words);
    parts
}

/// The words beside the numbers without those that say only that a number follows.
fn words(parts: &[Part]) -> Result<String, PhoneMistake> {
    let mut out: Vec<&str> = Vec::new();
    for part in parts {
        let Part::Words(words) = part else { continue };
        let lower = words.to_lowercase();
        if !LABELS.contains(&lower.as_str()) {
            out.push(words);
        }
    }
    let words = out.join(" ");
    if words.chars().count() > MOST_WORDS { Err(PhoneMistake::Mixed) } else { Ok(words) }
}

/// Why a text with several numbers is refused: as two numbers when each could be one.
fn several(numbers: &[(usize, &str)]) -> PhoneMistake {
    let long = |number: &str| number.bytes().filter(u8::is_ascii_digit).count() >= 7;
    if numbers.iter().filter(|(_, number)| long(number)).count() > 1 { PhoneMistake::Two } else { PhoneMistake::Mixed }
}

/// A number of digits with signs between them, as it is stored.
fn one(text: &str) -> Result<String, PhoneMistake> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let plus = text.find('+');
    if plus
        .is_some_and(|at| text[..at].contains(|letter: char| letter.is_ascii_digit()) || text[at + 1..].contains('+'))
    {
        return Err(PhoneMistake::Mixed);
    }
    if plus.is_some() || digits.starts_with("00") {
        return from_abroad(digits.trim_start_matches('0'), text);
    }
    // A program that took the number for an amount has dropped its plus. No area code of today is 0852 or 0853, and the
    // numbers of 0886 are shorter.
    if let Ok(number) = regional(&digits) {
        return Ok(number);
    }
    mainland(&digits, text).or_else(|mistake| match digits.strip_prefix("86") {
        Some(rest) if digits.len() >= 12 => mainland(rest, text).or(Err(mistake)),
        _ if digits.len() >= 18 => Err(PhoneMistake::Two),
        _ => Err(mistake),
    })
}

/// A number with a country's code.
fn from_abroad(digits: &str, text: &str) -> Result<String, PhoneMistake> {
    if let Some(rest) = digits.strip_prefix("86").filter(|_| !digits.starts_with("886") || digits.len() < 11) {
        return mainland(rest, text);
    }
    match digits.get(..3) {
        Some("852") => regional(digits).or(Err(PhoneMistake::Abroad("香港"))),
        Some("853") => regional(digits).or(Err(PhoneMistake::Abroad("澳门"))),
        Some("886") => {
            // The zero of a number at home stays away behind the code, and is often written all the same.
            let rest = digits[3..].trim_start_matches('0');
            regional(&format!("886{rest}")).or(Err(PhoneMistake::Abroad("台湾")))
        }
        _ => Err(PhoneMistake::Foreign),
    }
}

/// A number of Hong Kong, Macau or Taiwan: its code and the digits behind it.
fn regional(digits: &str) -> Result<String, PhoneMistake> {
    let (code, rest) = (digits.get(..3).unwrap_or(""), digits.get(3..).unwrap_or(""));
    let first = rest.bytes().next().unwrap_or(b'0');
    let fits = match code {
        "852" => rest.len() == 8 && (b'2'..=b'9').contains(&first),
        "853" => rest.len() == 8 && matches!(first, b'2' | b'6' | b'8'),
        "886" => {
            (rest.len() == 9 && (b'2'..=b'9').contains(&first)) || (rest.len() == 8 && (b'2'..=b'8').contains(&first))
        }
        _ => false,
    };
    if fits { Ok(format!("+{digits}")) } else { Err(PhoneMistake::Unknown) }
}

/// The area code at the front of a number that begins with its zero.
fn area_of(digits: &str) -> Option<&str> {
    match digits.as_bytes() {
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => digits.get(..3),
        [b'0', b'3'..=b'9', ..] => digits.get(..4),
        _ => None,
    }
}

/// A number of the mainland. `text` is how it was written: an extension stands apart there.
fn mainland(digits: &str, text: &str) -> Result<String, PhoneMistake> {
    match digits.as_bytes() {
        [b'1', b'3'..=b'9', ..] => match digits.len() {
            11 => Ok(digits.to_owned()),
            7..=10 => Err(PhoneMistake::MobileShort(11 - digits.len())),
            12..=17 => Err(PhoneMistake::MobileLong(digits.len() - 11)),
            0..7 => Err(PhoneMistake::Unknown),
            _ => Err(PhoneMistake::Two),
        },
        // Some programs write a zero before a mobile number; no area code begins like this.
        [b'0', b'1', b'3'..=b'9', ..] => mainland(&digits[1..], text),
        [b'0', ..] => landline(digits, text),
        [b'4' | b'8', b'0', b'0', ..] => match digits.len() {
            10 => Ok(digits.to_owned()),
            0..7 => Err(PhoneMistake::Unknown),
            7..=9 => Err(PhoneMistake::LandlineShort(10 - digits.len())),
            _ => extension_apart(text, |front| (front.len() == 10).then(|| front.to_owned()))
                .ok_or(PhoneMistake::LandlineLong(digits.len() - 10)),
        },
        // A spreadsheet has dropped the zero of the area code. What follows the code shows that this is so.
        [b'1', b'0', b'2'..=b'9', ..] if digits.len() == 10 => Ok(format!("0{digits}")),
        [b'2', _, b'2'..=b'9', ..] if digits.len() == 10 => Ok(format!("0{digits}")),
        [b'3'..=b'9', _, _, b'2'..=b'9', ..] if matches!(digits.len(), 10 | 11) => Ok(format!("0{digits}")),
        [b'1', ..] if digits.len() == 11 => Err(PhoneMistake::MobileStart),
        [b'2'..=b'9', ..] if matches!(digits.len(), 7 | 8) => Err(PhoneMistake::NoAreaCode),
        [b'2'..=b'9', ..] if digits.len() > 11 => {
            extension_apart(text, |front| mainland(front, front).ok()).ok_or(PhoneMistake::Unknown)
        }
        [] => Err(PhoneMistake::None),
        _ if digits.len() < 7 && digits.len() < text.trim().len() => Err(PhoneMistake::Mixed),
        _ => Err(PhoneMistake::Unknown),
    }
}

/// A landline that begins with its zero.
fn landline(digits: &str, text: &str) -> Result<String, PhoneMistake> {
    let Some(area) = area_of(digits) else { return Err(PhoneMistake::Unknown) };
    let local = &digits[area.len()..];
    let (least, most) = if area.len() == 3 { (8, 8) } else { (7, 8) };
    if local.starts_with('0') {
        return Err(PhoneMistake::Unknown);
    }
    match local.len() {
        count if (least..=most).contains(&count) => Ok(digits.to_owned()),
        count if count < least => Err(PhoneMistake::LandlineShort(least - count)),
        count => {
            extension_apart(text, |front| landline(front, front).ok()).ok_or(PhoneMistake::LandlineLong(count - most))
        }
    }
}

/// A number whose last group of digits is an extension, where the rest is a whole number.
fn extension_apart(text: &str, whole: impl Fn(&str) -> Option<String>) -> Option<String> {
    let text = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let at = text.rfind(|letter: char| !letter.is_ascii_digit())?;
    let extension = &text[at + 1..];
    let front: String = text[..at].chars().filter(char::is_ascii_digit).collect();
    let number = whole(&front)?;
    (1..=MOST_EXTENSION).contains(&extension.len()).then(|| format!("{number}-{extension}"))
}

/// A landline or service number with an extension; mobile numbers and those from abroad have none.
fn extended(number: &str, extension: &str) -> Result<String, PhoneMistake> {
    let lets = number.starts_with('0') || number.starts_with("400") || number.starts_with("800");
    if lets && !number.contains('-') { Ok(format!("{number}-{extension}")) } else { Err(PhoneMistake::Mixed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_people_write_and_paste_them() {
        for (text, number) in [
            ("13800138000", "13800138000"),
            (" 138 0013 8000 ", "13800138000"),
            ("138\u{a0}0013\u{a0}8001", "13800138001"),
            ("138\u{2009}0013\u{202f}8001", "13800138001"),
            ("138\u{3000}0013\u{3000}8001", "13800138001"),
            ("138-0013-8000", "13800138000"),
            ("138–0013—8000", "13800138000"),
            ("138‑0013−8000", "13800138000"),
            ("138.0013.8000", "13800138000"),
            ("138·0013·8000", "13800138000"),
            ("+86 138-0013-8000", "13800138000"),
            ("＋86 13800138006", "13800138006"),
            ("(+86)13800138000", "13800138000"),
            ("（＋８６）13800138000", "13800138000"),
            ("0086 13800138000", "13800138000"),
            ("8613800138000", "13800138000"),
            ("86-13800138000", "13800138000"),
            ("１３８００１３８０００", "13800138000"),
            ("\u{202d}13800138000\u{202c}", "13800138000"),
            ("138\u{200b}00138000\u{feff}", "13800138000"),
            ("013800138009", "13800138009"),
            ("+86 013800138009", "13800138009"),
            ("13800138000.0", "13800138000"),
            ("'13800138000", "13800138000"),
            ("手机：13800138000", "13800138000"),
            ("Tel: 0731-28307119", "073128307119"),
            ("0731-28307119", "073128307119"),
            ("（0731）28307119", "073128307119"),
            ("(0731) 2830 7119", "073128307119"),
            ("【0731】28307119", "073128307119"),
            ("0731–28307119", "073128307119"),
            ("0731－28307119", "073128307119"),
            ("0731ー28307119", "073128307119"),
            ("０７３１—２８３０７１１９", "073128307119"),
            ("+86 731 28307119", "073128307119"),
            ("+86 (0)731 2830 7119", "073128307119"),
            ("86-731-28307119", "073128307119"),
            ("73128307119", "073128307119"),
            ("731-28307119", "073128307119"),
            ("73128307119.0", "073128307119"),
            ("0912-3456789", "09123456789"),
            ("9123456789", "09123456789"),
            ("010-62345678", "01062345678"),
            ("1062345678", "01062345678"),
            ("2162345678", "02162345678"),
            ("0731-28307119-801", "073128307119-801"),
            ("0731-28307119转801", "073128307119-801"),
            ("0731-28307119 分机 801", "073128307119-801"),
            ("0731-28307119 ext. 801", "073128307119-801"),
            ("0731-28307119#801", "073128307119-801"),
            ("(0731)28307119-801", "073128307119-801"),
            ("731-28307119-801", "073128307119-801"),
            ("400-800-1234", "4008001234"),
            ("400 8001 234", "4008001234"),
            ("4008001234转5", "4008001234-5"),
            ("+852 9123 4567", "+85291234567"),
            ("（852）91234567", "+85291234567"),
            ("00852-91234567", "+85291234567"),
            ("85291234567", "+85291234567"),
            ("香港 +852 91234567", "+85291234567"),
            ("+853 6612 3456", "+85366123456"),
            ("85366123456", "+85366123456"),
            ("+886 912 345 678", "+886912345678"),
            ("+886 (0)912 345 678", "+886912345678"),
            ("886912345678", "+886912345678"),
            ("+886 2 2345 6789", "+886223456789"),
            ("＋８８６－９１２－３４５－６７８", "+886912345678"),
        ] {
            let read = PhoneNumber::read(text).map(|read| (read.number.as_str().to_owned(), read.words));
            assert_eq!(read, Ok((number.to_owned(), String::new())), "{text}");
        }
    }

    #[test]
    fn words_beside_a_number_are_kept_apart_from_it() {
        for (text, number, words) in [
            ("13800138012（女儿）", "13800138012", "女儿"),
            ("13800138012(女儿)", "13800138012", "女儿"),
            ("13800138012 女儿 王芳", "13800138012", "女儿 王芳"),
            ("女儿：13800138012", "13800138012", "女儿"),
            ("(女儿)13800138012", "13800138012", "女儿"),
            ("13800138012【大儿子】", "13800138012", "大儿子"),
            ("0731-28307119（家里）", "073128307119", "家里"),
            ("手机 13800138012（本人）", "13800138012", "本人"),
        ] {
            let read = PhoneNumber::read(text).map(|read| (read.number.as_str().to_owned(), read.words));
            assert_eq!(read, Ok((number.to_owned(), words.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_number_is_said() {
        use PhoneMistake as M;
        for (text, mistake) in [
            ("", M::None),
            ("无", M::None),
            ("（女儿）", M::None),
            ("1380013801", M::MobileShort(1)),
            ("01380013801", M::MobileShort(1)),
            ("+86 138001380", M::MobileShort(2)),
            ("138001380001", M::MobileLong(1)),
            ("12800138000", M::MobileStart),
            ("0731-283071", M::LandlineShort(1)),
            ("010-6234567", M::LandlineShort(1)),
            ("0731-283071199", M::LandlineLong(1)),
            ("28307119", M::NoAreaCode),
            ("2830711", M::NoAreaCode),
            ("+852 9123 456", M::Abroad("香港")),
            ("+853 6612 34567", M::Abroad("澳门")),
            ("+886 912 345", M::Abroad("台湾")),
            ("+1 212 555 0100", M::Foreign),
            ("0044 20 7946 0000", M::Foreign),
            ("13800138000/13900139000", M::Two),
            ("13800138000、0731-28307119", M::Two),
            ("13800138000 13900139000", M::Two),
            ("13800138000\n13900139000", M::Two),
            ("13800138000（女儿）13900139000（儿子）", M::Two),
            ("138001女儿38000", M::Mixed),
            ("138+00138000", M::Mixed),
            ("154 0000-9001x", M::Mixed),
            ("0731-28307119转", M::Mixed),
            ("1.38E+10", M::Shortened),
            ("1.38001E10", M::Shortened),
            ("########", M::Shortened),
            ("33800138000", M::Unknown),
            ("12345", M::Unknown),
            ("8000", M::Unknown),
            ("400", M::Unknown),
        ] {
            assert_eq!(PhoneNumber::read(text).map(|read| read.number), Err(mistake), "{text}");
        }
        assert_eq!(M::MobileShort(1).to_string(), "手机号少一位，应该是 11 位，请核对");
    }

    #[test]
    fn the_last_four_digits_are_those_before_an_extension() {
        for (text, ending) in [
            ("13800138000", "8000"),
            ("0731-28307119-801", "7119"),
            ("400-800-1234", "1234"),
            ("+852 9123 4567", "4567"),
            ("+886 912 345 678", "5678"),
        ] {
            let number = PhoneNumber::parse(text).expect("a number");
            assert_eq!(number.ending(), PhoneEnding::parse(ending), "{text}");
            assert_eq!(PhoneNumber::kept(number.as_str().to_owned()), number);
        }
        assert_eq!(PhoneNumber::kept("12".to_owned()).ending(), None);
    }

    /// Numbers of every kind, as they are stored.
    fn number() -> impl Strategy<Value = String> {
        prop_oneof![
            "1[3-9][0-9]{9}",
            "0[3-9][0-9]{2}[2-9][0-9]{6,7}",
            "0(10|2[0-9])[2-9][0-9]{7}",
            "0[3-9][0-9]{2}[2-9][0-9]{7}-[0-9]{1,6}",
            "400[0-9]{7}",
            "\\+852[2-9][0-9]{7}",
            "\\+853[268][0-9]{7}",
            "\\+886[2-9][0-9]{8}",
        ]
    }

    proptest! {
        #[test]
        fn a_number_is_read_again_from_what_is_stored_and_from_what_is_shown(stored in number()) {
            let shown = PhoneNumber::kept(stored.clone()).shown();
            for text in [&stored, &shown] {
                let read = PhoneNumber::parse(text);
                prop_assert_eq!(read.as_ref().map(PhoneNumber::as_str), Some(stored.as_str()), "{}", text);
            }
        }

        #[test]
        fn a_landline_survives_a_spreadsheet_that_drops_its_zero(stored in "0(10|2[0-9])[2-9][0-9]{7}|0[3-9][0-9]{2}[2-9][0-9]{7}") {
            // 0852 and 0853 are no area codes any more, 0400 and 0800 never were, and 0886 has shorter numbers.
            prop_assume!(!["0852", "0853", "0886", "0400", "0800"].iter().any(|area| stored.starts_with(area)));
            let read = PhoneNumber::parse(&stored[1..]);
            prop_assert_eq!(read.as_ref().map(PhoneNumber::as_str), Some(stored.as_str()));
        }

        #[test]
        fn no_text_makes_reading_panic(text in "[0-9]{0,24}|(\\+|00)?(86|852|853|886|400|800|0|1)?[0-9]{0,12}|[0-9+() .,/转女儿＋（）e#:\u{a0}-]{0,40}") {
            if let Ok(read) = PhoneNumber::read(&text) {
                prop_assert!(read.number.ending().is_some(), "{}", read.number.as_str());
            }
        }
    }
}
