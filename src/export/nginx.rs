//! `nginx.conf` of a web server (nginx 1.22).

use super::draft::{Draft, put, word_if, word_of};
use super::haproxy::CERTIFICATES;
use super::site::Site;
use crate::sim::nginx::Method;
use crate::sim::{HTTPS, Role};
use crate::text::export as say;

pub(super) fn write(site: &Site<'_>, machine: &str) -> String {
    let config = &site.settings.nginx;
    let left_out = say::nginx(config.static_us, config.overhead_us, config.files.as_deref().map(<[String]>::len));
    let mut file = Draft::new("#", &format!("nginx.conf of {machine}"), site.scenario, &left_out);
    file.put_all(
        "worker_processes 1;\npid /run/nginx.pid;\nerror_log /var/log/nginx/error.log;\nevents { worker_connections 4096; }\nhttp {\n  \
         log_format upstream '$remote_addr [$time_local] \"$request\" $status $body_bytes_sent '\n    \
         'upstream=$upstream_addr status=$upstream_status time=$request_time';\n  \
         access_log /var/log/nginx/access.log combined;\n  access_log /var/log/nginx/upstream.log upstream;\n  types {\n    image/png png;\n    text/css css;\n    text/plain txt;\n  }",
    );
    let nginx = site.process(machine, &Role::Nginx).expect("files are written for processes that are there");
    let has_peers = upstream(site, nginx, &mut file);
    put!(file, "  server {{");
    if site.speaks_tls(nginx) {
        put!(file, "    listen 80;\n    return 301 https://$host$request_uri;\n  }}\n  server {{");
        put!(file, "    listen {HTTPS} ssl;");
        for directive in ["ssl_certificate", "ssl_certificate_key"] {
            put!(file, "    {directive} {CERTIFICATES}/www.foobar.com.pem;");
        }
    } else {
        put!(file, "    listen 80;");
    }
    file.put_all(
        "    server_name www.foobar.com;\n    location /static/ { root /var/www; }\n    \
         location = /nginx-health { return 200; }\n    location / {",
    );
    if has_peers {
        proxy(site, &mut file);
    } else {
        put!(file, "      # {}\n      return 502;", say::NO_APPLICATION);
    }
    put!(file, "    }}\n  }}\n}}");
    file.done()
}

/// The `upstream` block, if this nginx reaches an application.
fn upstream(site: &Site<'_>, nginx: crate::sim::ProcessId, file: &mut Draft) -> bool {
    let config = &site.settings.nginx.upstream;
    let peers = config.peers(nginx, &site.wiring);
    if peers.is_empty() {
        return false;
    }
    put!(file, "  upstream app {{");
    match config.method {
        Method::RoundRobin => {}
        Method::HashUri => put!(file, "    hash $request_uri;"),
        other => put!(file, "    {};", other.name()),
    }
    for (app, line) in peers {
        let (address, port) = (site.way(nginx, app), site.wiring.process(app).port);
        let (weight, fails, seconds) = (line.weight, line.max_fails, line.fail_timeout_s);
        let rest =
            word_of("max_conns=", line.max_conns) + &word_if(line.backup, "backup") + &word_if(line.down, "down");
        put!(file, "    server {address}:{port} weight={weight} max_fails={fails} fail_timeout={seconds}s{rest};");
    }
    put!(file, "  }}");
    true
}

fn proxy(site: &Site<'_>, file: &mut Draft) {
    let config = &site.settings.nginx;
    put!(file, "      proxy_pass http://app;");
    put!(file, "      proxy_set_header Host $host;");
    put!(file, "      proxy_connect_timeout {}ms;", config.connect_timeout_ms);
    put!(file, "      proxy_read_timeout {}ms;", config.read_timeout_ms);
    let when: Vec<&str> = config.upstream.next_upstream.iter().map(|when| when.name()).collect();
    put!(file, "      proxy_next_upstream {};", if when.is_empty() { "off".to_owned() } else { when.join(" ") });
    put!(file, "      proxy_next_upstream_tries {};", config.upstream.next_upstream_tries);
}
