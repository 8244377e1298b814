//! What must stay secret: sealing names and phones, hashing tokens and passwords, and the key file outside the database.

use crate::private;
use anyhow::{Context as _, ensure};
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use zaoshai_contract::ids::{IdempotencyKey, Token};

/// Length of XChaCha20-Poly1305's nonce in bytes; long enough to be chosen at random.
const NONCE: usize = 24;

/// The keys derived from the key file.
#[derive(Clone)]
pub struct Secrets {
    sealing: [u8; 32],
    links: [u8; 32],
    finding: [u8; 32],
    making: [u8; 32],
}

impl Secrets {
    /// Derives the keys from 32 bytes of key material.
    pub fn new(material: &[u8; 32]) -> Self {
        Self {
            sealing: derive(material, b"seal names and phones"),
            links: derive(material, b"follow-up links"),
            finding: derive(material, b"find by name and phone"),
            making: derive(material, b"ids of what forms make"),
        }
    }

    /// Reads the key file, or makes one that only its owner can read. Whether it is the key of a database is for
    /// [`crate::keys`] to say.
    pub fn from_file(path: &Path) -> anyhow::Result<Self> {
        if path.exists() {
            private::file(path)?;
            let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
            let bytes = hex::decode(text.trim()).with_context(|| format!("{} is not hexadecimal", path.display()))?;
            let material: [u8; 32] =
                bytes.try_into().map_err(|_| anyhow::anyhow!("{} does not hold 32 bytes", path.display()))?;
            return Ok(Self::new(&material));
        }
        if let Some(folder) = path.parent() {
            private::folder(folder)?;
        }
        let material: [u8; 32] = rand::random();
        write_private(path, &hex::encode(material))?;
        Ok(Self::new(&material))
    }

    /// Encrypts a text for one field of one record; it opens only there.
    pub fn seal(&self, record: &str, field: &str, text: &str) -> String {
        let nonce: [u8; NONCE] = rand::random();
        let aad = format!("{record}/{field}");
        let payload = Payload { msg: text.as_bytes(), aad: aad.as_bytes() };
        let sealed = XChaCha20Poly1305::new(&self.sealing.into())
            .encrypt(XNonce::from_slice(&nonce), payload)
            .unwrap_or_default();
        hex::encode([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`Self::seal`] made for the same record and field.
    pub fn open(&self, record: &str, field: &str, sealed: &str) -> anyhow::Result<String> {
        let bytes = hex::decode(sealed)?;
        ensure!(bytes.len() > NONCE, "sealed text is too short");
        let (nonce, body) = bytes.split_at(NONCE);
        let aad = format!("{record}/{field}");
        let plain = XChaCha20Poly1305::new(&self.sealing.into())
            .decrypt(XNonce::from_slice(nonce), Payload { msg: body, aad: aad.as_bytes() })
            .map_err(|_| anyhow::anyhow!("sealed text does not open: another key, record or field"))?;
        Ok(String::from_utf8(plain)?)
    }

    /// The same for a field whose owner may have had it deleted: an empty one stays empty.
    pub fn open_if_kept(&self, record: &str, field: &str, sealed: &str) -> anyhow::Result<String> {
        if sealed.is_empty() { Ok(String::new()) } else { self.open(record, field, sealed) }
    }

    /// A keyed hash under which a sealed value can be found: equal values give equal hashes, and without the key nobody
    /// can tell which value it was. 64 bits, since a rare false hit only shows one row too many.
    pub fn finder(&self, kind: &str, text: &str) -> String {
        hex::encode(&keyed(&self.finding, format!("{kind}/{text}").as_bytes())[..8])
    }

    /// The id of what a form makes of what was said in it: the same form sent again gives it again, and the same key with
    /// other words gives another. The hash is keyed, so that nobody without the key can tell what was said.
    pub fn id_of(&self, scope: &str, key: &IdempotencyKey, said: &[&str]) -> String {
        let said = told_apart(said);
        hex::encode(&keyed(&self.making, format!("{}:{scope}/{key}/{said}", scope.len()).as_bytes())[..16])
    }

    /// A name for what these pieces say together: other pieces have another name, and without the key nobody can tell whose
    /// it is.
    pub fn name_of(&self, said: &[&str]) -> String {
        let said = told_apart(said);
        hex::encode(&keyed(&self.making, format!("name/{said}").as_bytes())[..16])
    }

    /// The password that a form gives an account: the same form sent again gives it again. As hard to guess as a fresh one.
    pub fn password_of(&self, said: &str, key: &IdempotencyKey) -> String {
        let mac = keyed(&self.making, format!("password/{key}/{said}").as_bytes());
        let mut bits = [0; 16];
        bits.copy_from_slice(&mac[..16]);
        easy(u128::from_be_bytes(bits))
    }

    /// The token of a follow-up's link. The same follow-up and generation give the same token, so the nurse can see
    /// the link again while the database holds only its hash; a new generation retires the old link.
    pub fn link_token(&self, followup: &str, generation: i64) -> Token {
        let mac = keyed(&self.links, format!("{followup}/{generation}").as_bytes());
        let mut bits = [0; 16];
        bits.copy_from_slice(&mac[..16]);
        Token::from_bits(u128::from_be_bytes(bits))
    }
}

/// SHA-256 as hexadecimal: what the database holds instead of a token.
pub fn hash(text: &str) -> String {
    hash_bytes(text.as_bytes())
}

/// The same of a file.
pub fn hash_bytes(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Pieces as one text; each is told with its length, so that no others read the same.
fn told_apart(pieces: &[&str]) -> String {
    pieces.iter().map(|piece| format!("{}:{piece}", piece.len())).collect()
}

/// Whether a text has the form of our secrets.
pub fn is_secret(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A fresh secret for a session cookie: 256 random bits.
pub fn session_secret() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

/// A fresh id: 128 random bits.
pub fn fresh_id() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// The id of what a form makes in a scope, whatever else it says: for what is compared with what is stored. Otherwise
/// see [`Secrets::id_of`].
pub fn id_for(scope: &str, key: &IdempotencyKey) -> String {
    hash(&format!("{scope}/{key}"))[..32].to_owned()
}

/// A short code to name a follow-up on the phone: eight letters and digits in two groups, 40 bits.
pub fn fresh_code() -> String {
    let token = Token::from_bits(rand::random());
    let letters = token.as_str()[2..10].to_uppercase();
    format!("{}-{}", &letters[..4], &letters[4..])
}

/// A fresh idempotency key for a form.
pub fn fresh_key() -> IdempotencyKey {
    IdempotencyKey::parse(&fresh_id()).expect("32 hexadecimal digits are a key")
}

/// A password that is easy to type: five groups of four letters and digits, 100 bits.
pub fn fresh_password() -> String {
    easy(rand::random())
}

fn easy(bits: u128) -> String {
    let token = Token::from_bits(bits);
    let letters: Vec<char> = token.as_str().chars().skip(2).take(20).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Hashes a password with Argon2id and its recommended cost. Takes tens of milliseconds: call it off the async threads.
pub fn hash_password(password: &str) -> anyhow::Result<String> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|error| anyhow::anyhow!("{error}"))?;
    let hash = Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map_err(|error| anyhow::anyhow!("hashing a password: {error}"))?;
    Ok(hash.to_string())
}

/// Whether the password fits the hash. As slow as [`hash_password`].
pub fn password_fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

fn derive(material: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    keyed(material, purpose)
}

fn keyed(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("making {}", path.display()))?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    Ok(())
}

#[cfg(not(unix))]
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("making {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_only_in_its_own_place_and_with_its_own_key() {
        let secrets = Secrets::new(&[7; 32]);
        let sealed = secrets.seal("a", "phone", "13800138000");
        // Three digits may stand in any hexadecimal text by chance.
        assert!(!sealed.contains("13800138000") && !sealed.contains(&hex::encode("13800138000")));
        assert_eq!(secrets.open("a", "phone", &sealed).expect("opens"), "13800138000");
        assert!(secrets.open("b", "phone", &sealed).is_err());
        assert!(secrets.open("a", "name", &sealed).is_err());
        assert!(Secrets::new(&[8; 32]).open("a", "phone", &sealed).is_err());
    }

    #[test]
    fn what_a_form_makes_has_an_id_of_its_scope_key_and_words() {
        let secrets = Secrets::new(&[7; 32]);
        let (key, other) = (fresh_key(), fresh_key());
        let id = secrets.id_of("a", &key, &["note", "12", "3"]);
        assert_eq!(id, secrets.id_of("a", &key, &["note", "12", "3"]));
        assert_eq!(id.len(), fresh_id().len());
        assert_ne!(id, secrets.id_of("a", &key, &["note", "1", "23"]), "the same letters are not the same words");
        assert_ne!(id, secrets.id_of("a", &other, &["note", "12", "3"]));
        assert_ne!(id, secrets.id_of("b", &key, &["note", "12", "3"]));
        assert_ne!(
            id,
            Secrets::new(&[8; 32]).id_of("a", &key, &["note", "12", "3"]),
            "nobody guesses words from an id"
        );
    }

    #[test]
    fn a_link_can_be_told_again_and_retired() {
        let secrets = Secrets::new(&[7; 32]);
        assert_eq!(secrets.link_token("a", 1), secrets.link_token("a", 1));
        assert_ne!(secrets.link_token("a", 1), secrets.link_token("a", 2));
        assert_ne!(secrets.link_token("a", 1), secrets.link_token("b", 1));
        assert_ne!(secrets.link_token("a", 1), Secrets::new(&[8; 32]).link_token("a", 1));
    }

    #[test]
    fn a_password_fits_only_its_own_hash() {
        let password = fresh_password();
        let hash = hash_password(&password).expect("hashes");
        assert!(password_fits(&password, &hash) && !password_fits("wrong", &hash) && !password_fits("", "broken"));
    }

    #[test]
    fn the_key_file_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys/key");
        let first = Secrets::from_file(&path).expect("made");
        let second = Secrets::from_file(&path).expect("read");
        assert_eq!(first.link_token("a", 1), second.link_token("a", 1));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).expect("there").permissions().mode();
            assert_eq!(mode & 0o077, 0);
        }
        std::fs::write(&path, "short").expect("written");
        assert!(Secrets::from_file(&path).is_err());
    }
}
