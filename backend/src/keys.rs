//! Which key belongs to which database. What one key sealed no other opens, so a server starts only with the key that its
//! database was sealed with: the database holds a sealed check value that tells. A key file is made for an empty database
//! alone, or by the command that is there for it.

use crate::db::Db;
use crate::db::marks::Sealed;
use crate::secrets::Secrets;
use anyhow::{Context as _, ensure};
use std::path::Path;

/// What is sealed into a database to tell its key.
const CHECK: (&str, &str, &str) = ("marks", "key", "the key of this database");

/// How a key and a database fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Nothing is sealed yet.
    Empty,
    /// The key opens the check value.
    Opens,
    /// There is no check value yet, and the key opens records of an older version.
    OpensRecords,
    /// The same, but some of the records do not open: two keys were used.
    OpensSome,
    /// Another key sealed it.
    Other,
}

/// The secrets of a database: of the key file, which must fit, or for an empty database of one that is made now.
pub async fn unlock(db: &Db, path: &Path) -> anyhow::Result<Secrets> {
    let there = path.try_exists().with_context(|| format!("looking for the key file {}", path.display()))?;
    if !there {
        let empty = db.key_mark().await?.is_none() && db.sealed_samples().await?.is_empty();
        ensure!(
            empty,
            "the key file {} is missing, and the database holds names and phones that only it opens. Put it back from \
             its backup and start again; nothing was changed. If it is lost for good: zaoshai key replace --help",
            path.display()
        );
    }
    let secrets = Secrets::from_file(path)?;
    match fit(db, &secrets).await? {
        Fit::Opens => return Ok(secrets),
        Fit::OpensSome => tracing::error!("some records were sealed with another key and do not open"),
        Fit::Empty | Fit::OpensRecords => {}
        Fit::Other => anyhow::bail!(other(path)),
    }
    db.keep_key_mark(&check_value(&secrets)).await?;
    // Another server may have come first, with a key of its own.
    ensure!(fit(db, &secrets).await? == Fit::Opens, other(path));
    Ok(secrets)
}

fn other(path: &Path) -> String {
    format!(
        "the key in {} is not the one that this database was sealed with. Put the right key file there from its backup, \
         or name the right database, and start again; nothing was changed. If the right key is lost for good: zaoshai \
         key replace --help",
        path.display()
    )
}

/// How a key fits a database. An older database has no check value: some of its newest and oldest records tell.
pub async fn fit(db: &Db, secrets: &Secrets) -> anyhow::Result<Fit> {
    if let Some(mark) = db.key_mark().await? {
        return Ok(if secrets.open(CHECK.0, CHECK.1, &mark).is_ok() { Fit::Opens } else { Fit::Other });
    }
    let samples = db.sealed_samples().await?;
    let opens = |sample: &&Sealed| secrets.open(&sample.record, &sample.field, &sample.text).is_ok();
    Ok(match samples.iter().filter(opens).count() {
        _ if samples.is_empty() => Fit::Empty,
        0 => Fit::Other,
        all if all == samples.len() => Fit::OpensRecords,
        _ => Fit::OpensSome,
    })
}

/// Takes a key for a database from now on, whatever sealed it before: that stays unreadable.
pub async fn replace(db: &Db, secrets: &Secrets) -> anyhow::Result<()> {
    Ok(db.replace_key_mark(&check_value(secrets)).await?)
}

fn check_value(secrets: &Secrets) -> String {
    secrets.seal(CHECK.0, CHECK.1, CHECK.2)
}
