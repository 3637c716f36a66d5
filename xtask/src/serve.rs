//! A server of static files for one's own machine: for looking at the built site, and for testing it under a sub-path.

use crate::{csp, site};
use anyhow::{Result, anyhow, bail};
use std::fs;
use std::io::{Cursor, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use tiny_http::{Header, Method, Request, Response, Server};

const THREADS: usize = 4;

/// The whole of `cargo xtask serve`; it ends only by an error or by the user.
pub fn command(port: u16) -> Result<()> {
    // The port is taken first: nobody should wait for a build to learn that it is in use.
    let listener = listen(port)?;
    let address = listener.local_addr()?;
    site::build()?;
    let threads = start(listener, site::dist(), "/")?;
    println!("Hopscope is on http://{address} (Ctrl-C stops it).");
    for thread in threads {
        thread.join().ok();
    }
    bail!("The server stopped.")
}

/// Takes a port of this machine; 0 takes any free one.
pub fn listen(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|problem| {
        let other = free_port_after(port);
        let way_out = format!("choose another with `cargo xtask serve --port {other}`.");
        match problem.kind() {
            ErrorKind::AddrInUse => anyhow!("Port {port} is in use; {way_out}"),
            _ => anyhow!("Port {port} cannot be opened ({problem}); {way_out}"),
        }
    })
}

fn free_port_after(port: u16) -> u16 {
    let candidates = (port.max(1023) + 1..=u16::MAX).chain([8080]);
    candidates.into_iter().find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()).unwrap_or(8080)
}

/// Serves `folder` under `prefix`, which begins and ends with a slash, on threads of its own.
pub fn start(listener: TcpListener, folder: PathBuf, prefix: &'static str) -> Result<Vec<JoinHandle<()>>> {
    let server = Server::from_listener(listener, None).map_err(|problem| anyhow!("{problem}"))?;
    let server = Arc::new(server);
    let folder = Arc::new(folder);
    let threads = (0..THREADS).map(|_| {
        let (server, folder) = (Arc::clone(&server), Arc::clone(&folder));
        thread::spawn(move || {
            for request in server.incoming_requests() {
                answer(request, &folder, prefix);
            }
        })
    });
    Ok(threads.collect())
}

fn answer(request: Request, folder: &Path, prefix: &str) {
    let response = match request.method() {
        Method::Get | Method::Head => respond_with(find(folder, prefix, request.url())),
        _ => text(405, "Only GET and HEAD are answered here.").with_header(header("Allow", "GET, HEAD")),
    };
    // A visitor who left before the answer is no concern of ours.
    request.respond(response).ok();
}

/// What a URL leads to.
#[derive(Debug, PartialEq)]
enum Found {
    File(PathBuf),
    /// A folder asked for without its last slash, without which relative links would go astray.
    Folder(String),
    Nothing,
}

fn find(folder: &Path, prefix: &str, url: &str) -> Found {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    if !path.is_empty() && format!("{path}/") == prefix {
        return Found::Folder(prefix.to_owned());
    }
    let Some(relative) = path.strip_prefix(prefix).and_then(decoded) else {
        return Found::Nothing;
    };
    // Names only: no `..`, no drive, no second root.
    let is_inside = Path::new(&relative).components().all(|part| matches!(part, Component::Normal(_)));
    if !is_inside || relative.contains(['\\', '\0', ':']) {
        return Found::Nothing;
    }
    let target = folder.join(&relative);
    match (target.is_dir(), relative.is_empty() || relative.ends_with('/')) {
        (true, true) if target.join("index.html").is_file() => Found::File(target.join("index.html")),
        (true, false) => Found::Folder(format!("{path}/")),
        (false, false) if target.is_file() => Found::File(target),
        _ => Found::Nothing,
    }
}

/// Resolves `%20` and the like; nothing when the result is not UTF-8 or an escape is cut short.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

type Answer = Response<Cursor<Vec<u8>>>;

fn respond_with(found: Found) -> Answer {
    match found {
        Found::File(path) => match fs::read(&path) {
            // Never chunked, so that every answer tells its length.
            Ok(content) => with_policy(&path, Response::from_data(content))
                .with_chunked_threshold(usize::MAX)
                .with_header(header("Content-Type", media_type(&path)))
                .with_header(header("Cache-Control", "no-cache"))
                .with_header(header("X-Content-Type-Options", "nosniff"))
                // A frame without an origin of its own (`sandbox="allow-scripts"`) may load the site's files, too.
                .with_header(header("Access-Control-Allow-Origin", "*")),
            Err(_) => text(500, "That file cannot be read."),
        },
        Found::Folder(with_slash) => text(301, "").with_header(header("Location", &with_slash)),
        Found::Nothing => text(404, "There is no such file."),
    }
}

/// What the page of the site asks for itself, the server asks for, too.
fn with_policy(path: &Path, answer: Answer) -> Answer {
    let is_the_page = path.file_name().is_some_and(|name| name == "index.html");
    if is_the_page { answer.with_header(header("Content-Security-Policy", &csp::policy())) } else { answer }
}

fn text(status: u16, sentence: &str) -> Answer {
    Response::from_data(format!("{sentence}\n"))
        .with_status_code(status)
        .with_header(header("Content-Type", "text/plain; charset=utf-8"))
        .with_header(header("Cache-Control", "no-cache"))
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("headers are plain ASCII")
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "webmanifest") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_folder_are_found() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let found = |url: &str| find(folder, "/course/", url);
        assert_eq!(found("/course/Cargo.toml?x=1"), Found::File(folder.join("Cargo.toml")));
        assert_eq!(found("/course/src/m%61in.rs"), Found::File(folder.join("src/main.rs")));
        assert_eq!(found("/course"), Found::Folder("/course/".to_owned()));
        assert_eq!(found("/course/src"), Found::Folder("/course/src/".to_owned()));
        for nothing in [
            "/Cargo.toml",
            "/course/../xtask/Cargo.toml",
            "/course/../Cargo.toml",
            "/course/%2e%2e/Cargo.toml",
            "/course/src/..%2f..%2fCargo.toml",
            "/course//etc/passwd",
            "/course/%2fetc/passwd",
            "/course/src/",
            "/course/Cargo.toml/",
            "/course/missing.txt",
            "/course/%",
            "/course/%ff",
            "",
        ] {
            assert_eq!(found(nothing), Found::Nothing, "{nothing}");
        }
    }

    #[test]
    fn webassembly_has_the_type_that_browsers_ask_for() {
        assert_eq!(media_type(Path::new("hopscope_bg.wasm")), "application/wasm");
        assert_eq!(media_type(Path::new("index.html")), "text/html; charset=utf-8");
    }

    #[test]
    fn a_port_in_use_comes_with_the_way_out() {
        let taken = listen(0).unwrap();
        let port = taken.local_addr().unwrap().port();
        let message = listen(port).unwrap_err().to_string();
        assert!(message.starts_with(&format!("Port {port} is in use; choose another with")), "{message}");
    }
}
