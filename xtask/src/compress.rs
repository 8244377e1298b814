//! Compression as the web serves it: brotli in its best quality and gzip in its best level. The
//! budgets are measured with the same function that makes the files.

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;

/// Bytes after brotli of quality 11 with a window of 22 bits.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters =
        ::brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    ::brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters).context("brotli failed")?;
    Ok(compressed)
}

/// Bytes after gzip of level 9, without name or time in the header: the same in, the same out.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).context("gzip failed")?;
    encoder.finish().context("gzip failed")
}

/// Puts `.br` and `.gz` next to each file.
pub fn beside(files: &[PathBuf]) -> Result<()> {
    on_all_cores(files, |file| -> Result<()> {
        let bytes = std::fs::read(file).context("cannot read it")?;
        for (ending, compressed) in [("br", brotli(&bytes)?), ("gz", gzip(&bytes)?)] {
            let mut name = file.clone().into_os_string();
            name.push(".");
            name.push(ending);
            std::fs::write(name, compressed).context("cannot write beside it")?;
        }
        Ok(())
    })
    .into_iter()
    .zip(files)
    .try_for_each(|(result, file)| result.with_context(|| format!("{} was not compressed", file.display())))
}

/// Applies `work` to every item on all cores; results in the order of the items.
pub fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let queue = Mutex::new(items.iter().enumerate());
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    let mut results: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Vec::new();
                    loop {
                        let next = queue.lock().ok().and_then(|mut queue| queue.next());
                        let Some((index, item)) = next else {
                            return done;
                        };
                        done.push((index, work(item)));
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn what_is_compressed_can_be_read_again() -> Result<()> {
        let text = "筛查 · 指导 · 找医院 · 随访 ".repeat(50);
        let mut read = String::new();
        ::brotli::Decompressor::new(&brotli(text.as_bytes())?[..], 4096).read_to_string(&mut read)?;
        assert_eq!(read, text);
        read.clear();
        flate2::read::GzDecoder::new(&gzip(text.as_bytes())?[..]).read_to_string(&mut read)?;
        assert_eq!(read, text);
        Ok(())
    }

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        let doubled = on_all_cores(&items, |item| item * 2);
        assert!(doubled.iter().zip(&items).all(|(two, one)| *two == one * 2));
        assert_eq!(doubled.len(), items.len());
    }
}
