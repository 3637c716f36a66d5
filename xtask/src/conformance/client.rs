//! The clients: each sends one request from an address of its own choice and reads to the end.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result};
use serde_json::Value;
use socket2::{Domain, Socket, Type};

use super::apps::{ANSWERED_BY, APP, HOLD, VISIT};
use super::board::{Answer, Board, PATIENCE};

/// Sends a `request` or `hold` event to the balancer; the answer is written onto the board when it is there. What is
/// returned lets the client leave earlier.
pub fn send(event: &Value, visit: usize, balancer: SocketAddr, board: &Arc<Board>) -> Result<TcpStream> {
    let source: Ipv4Addr = event["src"].as_str().and_then(|src| src.parse().ok()).context("`src` is not an address")?;
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((source, 0)).into())?;
    socket.connect(&balancer.into()).context("the balancer does not accept connections")?;
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request(event, visit).as_bytes())?;

    let kept = stream.try_clone()?;
    let board = Arc::clone(board);
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // A connection that breaks is an answer too: what came before it counts.
        drop(stream.read_to_end(&mut bytes));
        // The other half is closed as well, lest nginx lingers for more of the request.
        drop(stream.shutdown(Shutdown::Both));
        let answer = parse(&String::from_utf8_lossy(&bytes));
        board.write(|facts| facts.visits[visit].answer = Some(answer));
    });
    Ok(kept)
}

fn request(event: &Value, visit: usize) -> String {
    let text = |key: &str| event[key].as_str();
    let (method, path) = (text("method").unwrap_or("GET"), text("path").unwrap_or("/"));
    let mut lines = vec![
        format!("{method} {path} HTTP/1.1"),
        "Host: www.foobar.com".to_owned(),
        "Connection: close".to_owned(),
        format!("{VISIT}: {visit}"),
    ];
    lines.extend(text("id").map(|id| format!("{HOLD}: {id}")));
    lines.extend(text("app").map(|app| format!("{APP}: {app}")));
    lines.extend(text("cookie").map(|cookie| format!("Cookie: {cookie}")));
    let body = if method == "POST" { "title=x" } else { "" };
    lines.extend((method == "POST").then(|| format!("Content-Length: {}", body.len())));
    format!("{}\r\n\r\n{body}", lines.join("\r\n"))
}

fn parse(response: &str) -> Answer {
    let head = response.split("\r\n\r\n").next().unwrap_or_default();
    let mut lines = head.lines();
    let status_line = lines.next().filter(|line| line.starts_with("HTTP/"));
    let mut answer =
        Answer { status: status_line.and_then(|line| line.split(' ').nth(1)?.parse().ok()), ..Answer::default() };
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        match name.to_ascii_lowercase().as_str() {
            ANSWERED_BY => answer.by = Some(value.to_owned()),
            "server" => answer.server = Some(value.to_owned()),
            "set-cookie" => answer.set_cookie = Some(value.to_owned()),
            _ => {}
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_from_its_headers() {
        let text =
            "HTTP/1.1 200 Said\r\nX-Answered-By: web-02\r\nset-cookie: SRV=s2; path=/\r\n\r\nHTTP/1.1 500 no header";
        let (by, set_cookie) = (Some("web-02".to_owned()), Some("SRV=s2; path=/".to_owned()));
        assert_eq!(parse(text), Answer { status: Some(200), by, set_cookie, ..Answer::default() });
        assert_eq!(parse("HTTP/1.1 502 Bad Gateway\r\nServer: nginx/1.22.1\r\n\r\n").server.unwrap(), "nginx/1.22.1");
        assert_eq!(parse(""), Answer::default());
        assert_eq!(parse("this is not an answer\n").status, None);
    }
}
