//! Files and folders that only the account of the server may read: the database, the key and where they stand.

use anyhow::Context as _;
use std::path::Path;

/// Makes a folder and those above it that are missing, for the owner alone. One that is there stays as it is: others
/// may use it too.
pub fn folder(path: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).with_context(|| format!("making {}", path.display()))
}

/// Sees to it that a file is there and only its owner can read it, also one that was made by an older version.
pub fn file(path: &Path) -> anyhow::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).with_context(|| format!("making {}", path.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mut permissions = file.metadata()?.permissions();
        if permissions.mode() & 0o077 != 0 {
            permissions.set_mode(permissions.mode() & 0o700);
            file.set_permissions(permissions).with_context(|| format!("closing {} to others", path.display()))?;
        }
    }
    #[cfg(not(unix))]
    drop(file);
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn others(path: &Path) -> u32 {
        std::fs::metadata(path).expect("there").permissions().mode() & 0o077
    }

    #[test]
    fn what_is_made_is_for_the_owner_alone_and_what_others_could_read_is_closed() {
        let place = tempfile::tempdir().expect("a folder");
        let inner = place.path().join("a/b");
        folder(&inner).expect("made");
        assert_eq!((others(&inner), others(&place.path().join("a"))), (0, 0));
        let new = inner.join("new");
        file(&new).expect("made");
        assert_eq!(others(&new), 0);
        let old = inner.join("old");
        std::fs::write(&old, "kept").expect("written");
        std::fs::set_permissions(&old, std::fs::Permissions::from_mode(0o644)).expect("opened");
        file(&old).expect("closed");
        assert_eq!((others(&old), std::fs::read_to_string(&old).expect("there").as_str()), (0, "kept"));
    }
}
