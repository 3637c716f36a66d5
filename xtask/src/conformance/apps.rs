//! The applications behind the balancer: small HTTP servers that do as a request tells them, and that can be killed,
//! frozen and cut off like the processes of the recordings.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use socket2::{Domain, SockRef, Socket, Type};

use super::board::{Board, PATIENCE};

/// Headers by which the conductor speaks to the application: which visit it is, whether to keep it, how to answer.
pub const VISIT: &str = "x-visit";
pub const HOLD: &str = "x-hold";
pub const APP: &str = "x-app";
/// The header by which the application says its name.
pub const ANSWERED_BY: &str = "x-answered-by";

pub struct App {
    pub name: String,
    pub address: SocketAddr,
    board: Arc<Board>,
    frozen: Arc<AtomicBool>,
    life: Option<Life>,
    /// A listener that answers nobody, and the connection that fills its queue.
    blackhole: Option<(Socket, Socket)>,
}

/// What lives from start to kill.
struct Life {
    listener: Arc<TcpListener>,
    accepting: JoinHandle<()>,
    connections: Arc<Mutex<Vec<Weak<TcpStream>>>>,
}

/// A port that nobody listens at, for a program that takes one by number.
pub fn free_port() -> Result<u16> {
    Ok(listen_somewhere().local_addr()?.port())
}

/// Listens at a port below the range from which the system takes the ports of clients: a connection to a dead server in
/// that range could meet itself.
fn listen_somewhere() -> TcpListener {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let of_this_process = (std::process::id() % 100) as u16 * 200;
    loop {
        let port = 12_000 + (NEXT.fetch_add(1, Ordering::Relaxed) % 20_000 + of_this_process) % 20_000;
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            return listener;
        }
    }
}

impl App {
    pub fn start(name: &str, board: &Arc<Board>) -> Result<Self> {
        let listener = listen_somewhere();
        let mut app = Self {
            name: name.to_owned(),
            address: listener.local_addr()?,
            board: Arc::clone(board),
            frozen: Arc::default(),
            life: None,
            blackhole: None,
        };
        app.live(listener);
        Ok(app)
    }

    /// Does what an event tells this application.
    pub fn obey(&mut self, op: &str) -> Result<()> {
        match op {
            "kill" => self.kill(),
            "start" => self.revive()?,
            "freeze" => self.frozen.store(true, Ordering::SeqCst),
            "thaw" => self.frozen.store(false, Ordering::SeqCst),
            "blackhole" => self.cut_off()?,
            "unblackhole" => {
                self.blackhole = None;
                self.revive()?;
            }
            _ => bail!("`{op}` is not known"),
        }
        Ok(())
    }

    fn revive(&mut self) -> Result<()> {
        if self.life.is_some() {
            return Ok(());
        }
        self.live(TcpListener::bind(self.address).with_context(|| format!("{} cannot listen", self.name))?);
        Ok(())
    }

    fn live(&mut self, listener: TcpListener) {
        let listener = Arc::new(listener);
        let connections: Arc<Mutex<Vec<Weak<TcpStream>>>> = Arc::default();
        let desk = Desk { name: self.name.clone(), board: Arc::clone(&self.board), frozen: Arc::clone(&self.frozen) };
        let accepting = {
            let (listener, connections) = (Arc::clone(&listener), Arc::clone(&connections));
            thread::spawn(move || {
                while let Ok((stream, _)) = listener.accept() {
                    let stream = Arc::new(stream);
                    connections.lock().expect("held for one push").push(Arc::downgrade(&stream));
                    let desk = desk.clone();
                    // A client that is gone while it is answered is no fault of the application.
                    thread::spawn(move || drop(desk.serve(stream)));
                }
            })
        };
        self.life = Some(Life { listener, accepting, connections });
    }

    /// As SIGKILL does: new connections are refused, open ones end.
    fn kill(&mut self) {
        let Some(life) = self.life.take() else {
            return;
        };
        // Both fail only for what is closed already, which is what is wanted.
        drop(SockRef::from(&*life.listener).shutdown(Shutdown::Both));
        drop(life.accepting.join());
        drop(life.listener);
        // In the order in which they came; only then may those who serve them let go.
        for stream in life.connections.lock().expect("nobody accepts any more").iter().filter_map(Weak::upgrade) {
            drop(stream.shutdown(Shutdown::Both));
        }
        self.board.write(|facts| {
            for visit in &mut facts.visits {
                visit.kept_by.take_if(|keeper| *keeper == self.name);
            }
        });
    }

    /// As without power: a full queue of connections makes the system drop all further attempts in silence.
    fn cut_off(&mut self) -> Result<()> {
        self.kill();
        let socket = || Socket::new(Domain::IPV4, Type::STREAM, None);
        let (listener, filler) = (socket()?, socket()?);
        listener.set_reuse_address(true)?;
        listener.bind(&self.address.into())?;
        listener.listen(0)?;
        filler.connect(&self.address.into())?;
        self.blackhole = Some((listener, filler));
        Ok(())
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What serves one connection.
#[derive(Clone)]
struct Desk {
    name: String,
    board: Arc<Board>,
    frozen: Arc<AtomicBool>,
}

/// The headers of a request that matter here.
#[derive(Default)]
struct Order {
    visit: Option<usize>,
    hold: bool,
    app: String,
}

impl Desk {
    fn serve(&self, stream: Arc<TcpStream>) -> std::io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        let order = read_order(&stream)?;
        while self.frozen.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
        if let Some(visit) = order.visit.filter(|_| order.hold)
            && !self.keep(visit)
        {
            return Ok(());
        }
        let good = |status: &str, promised: usize| {
            let name = &self.name;
            format!(
                "HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Type: text/plain\r\n\
                 Content-Length: {promised}\r\n{ANSWERED_BY}: {name}\r\n\r\nbody here\n"
            )
        };
        let answer = match order.app.split_once(':').unwrap_or((&order.app, "")) {
            ("", _) => good("200", 10),
            ("status", status) => good(status, 10),
            ("delay", milliseconds) => {
                thread::sleep(Duration::from_millis(milliseconds.parse().unwrap_or(0)));
                good("200", 10)
            }
            ("reset", _) => {
                SockRef::from(&*stream).set_linger(Some(Duration::ZERO))?;
                return Ok(());
            }
            ("partial", _) => "HTTP/1.1 200 Said\r\nContent-Ty".to_owned(),
            ("garbage", _) => "this is not an answer\n".to_owned(),
            ("short_body", _) => good("200", 100),
            // `close`: no byte at all.
            _ => return Ok(()),
        };
        (&*stream).write_all(answer.as_bytes())
    }

    /// Keeps a held request until it is released; false when the process died before.
    fn keep(&self, visit: usize) -> bool {
        self.board.write(|facts| {
            let event = facts.event;
            let visit = &mut facts.visits[visit];
            visit.kept_by = Some(self.name.clone());
            visit.reached.get_or_insert_with(|| (self.name.clone(), event));
        });
        self.board.wait(PATIENCE, |facts| facts.visits[visit].kept_by.as_deref() != Some(&self.name));
        self.board.facts().visits[visit].released
    }
}

fn read_order(stream: &TcpStream) -> std::io::Result<Order> {
    let mut reader = BufReader::new(stream);
    let mut order = Order::default();
    let mut body_length = 0;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 && !line.trim_end().is_empty() {
        if let Some((name, value)) = line.split_once(':') {
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                VISIT => order.visit = value.parse().ok(),
                HOLD => order.hold = true,
                APP => order.app = value.to_owned(),
                "content-length" => body_length = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        line.clear();
    }
    let mut body = vec![0; body_length];
    reader.read_exact(&mut body)?;
    Ok(order)
}
