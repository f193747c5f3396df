//! Building an image around one file.

use std::io::{self, SeekFrom};

use bollard::{body_try_stream, errors::Error, query_parameters::BuildImageOptionsBuilder};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use hyper::body::Bytes;
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};

use super::{
    Engine,
    tar::{self, Member},
};
use crate::stack::error::Cause;

/// How much of the file is sent at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// What an image is built from: the text of a Dockerfile, and the one file that lies beside it.
#[derive(Debug)]
pub(in crate::stack) struct BuildContext {
    pub(in crate::stack) dockerfile: String,
    pub(in crate::stack) name: &'static str,
    pub(in crate::stack) file: File,
}

impl Engine {
    /// Builds an image. It appears under its name when it is whole; when the returned future is dropped before, it does
    /// not appear.
    pub(in crate::stack) async fn build(
        &self,
        image: &str,
        context: BuildContext,
    ) -> Result<(), Cause> {
        let options = BuildImageOptionsBuilder::new()
            .t(image)
            .nocache(true)
            .rm(true)
            .forcerm(true)
            .build();
        let body = body_try_stream(context.archive().await?);
        let mut answers = self.docker.build_image(options, None, Some(body));
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(_) => {}
                Err(Error::DockerStreamError { error }) => return Err(error.into()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

impl BuildContext {
    /// The two files as the archive that the engine takes, the second read while it is sent.
    async fn archive(
        mut self,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + 'static> {
        let size = self.file.seek(SeekFrom::End(0)).await?;
        self.file.rewind().await?;
        let dockerfile = self.dockerfile.into_bytes();
        let first = Member {
            name: "Dockerfile",
            size: dockerfile.len() as u64,
        };
        let second = Member {
            name: self.name,
            size,
        };
        let mut head = first.header()?;
        head.extend(dockerfile);
        head.extend(first.padding());
        head.extend(second.header()?);
        let mut tail = second.padding();
        tail.extend(tar::END);
        let content = stream::try_unfold(self.file, |mut file| async move {
            let mut chunk = Vec::with_capacity(CHUNK_BYTES);
            let read = (&mut file)
                .take(CHUNK_BYTES as u64)
                .read_to_end(&mut chunk)
                .await?;
            io::Result::Ok((read > 0).then(|| (Bytes::from(chunk), file)))
        });
        let once = |bytes: Vec<u8>| stream::once(async move { io::Result::Ok(Bytes::from(bytes)) });
        Ok(once(head).chain(content.into_stream()).chain(once(tail)))
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, process::Command};

    use super::*;

    #[tokio::test]
    async fn the_archive_holds_both_files_whole() {
        let directory = tempfile::tempdir().unwrap();
        let content = vec![b'x'; 3 * CHUNK_BYTES + 17];
        let path = directory.path().join("big");
        fs::write(&path, &content).unwrap();
        let context = BuildContext {
            dockerfile: "FROM scratch\n".into(),
            name: "data.tar",
            file: File::open(&path).await.unwrap(),
        };

        let archive: Vec<Bytes> = context
            .archive()
            .await
            .unwrap()
            .try_collect()
            .await
            .unwrap();

        let written = directory.path().join("context.tar");
        fs::write(&written, archive.concat()).unwrap();
        let unpacked = Command::new("tar")
            .arg("-xf")
            .arg(&written)
            .current_dir(directory.path())
            .output()
            .unwrap();
        assert!(
            unpacked.status.success() && unpacked.stderr.is_empty(),
            "{unpacked:?}"
        );
        assert_eq!(
            fs::read_to_string(directory.path().join("Dockerfile")).unwrap(),
            "FROM scratch\n"
        );
        assert_eq!(
            fs::read(directory.path().join("data.tar")).unwrap(),
            content
        );
    }
}
