//! The bodies of answers: the pages of the site, and the error pages of nginx 1.22 and HAProxy 2.6, byte for byte.

use super::ids::ProcessId;
use super::outcome::{Cause, reason};
use super::topology::Role;
use super::world::World;

/// Bytes of the picture that is the site's static file.
pub const PICTURE_BYTES: usize = 5_430;
/// What nginx adds to an error page for a Chrome, six times (`msie_padding`, on by default), as its access log shows.
const PADDING: &str = "<!-- a padding to disable MSIE and Chrome friendly error page -->\r\n";

impl World {
    /// The body of an answer with this status that `by` has written for `user`, whose browser is a Chrome, or for a health
    /// check; empty for the picture.
    #[must_use]
    pub fn page(&self, by: ProcessId, status: u16, cause: Cause, user: Option<&str>) -> String {
        let padding = if user.is_some() && status >= 400 { PADDING.repeat(6) } else { String::new() };
        let user = user.unwrap_or_default();
        let title = format!("{status} {}", reason(status));
        let told = match status {
            502 => "The server returned an invalid or incomplete response.",
            504 => "The server didn't respond in time.",
            _ => "No server is available to handle this request.",
        };
        match (self.wiring.role(by), cause) {
            (Role::Balancer, Cause::Redirected) | (Role::Nginx, Cause::File) => String::new(),
            (Role::Balancer, _) => format!("<html><body><h1>{title}</h1>\n{told}\n</body></html>\n"),
            (Role::Nginx, _) => format!(
                "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
                 <hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n{padding}"
            ),
            (_, Cause::Stored { row }) => format!("<p>Thank you, {user}. Your order is number {row}.</p>"),
            (_, Cause::Rows { newest, .. }) => format!("<p>Welcome, {user}. The newest order is number {newest}.</p>"),
            _ => format!("<h1>{title}</h1>"),
        }
    }

    /// Its length in bytes.
    #[must_use]
    pub fn page_bytes(&self, by: ProcessId, status: u16, cause: Cause, user: Option<&str>) -> usize {
        match cause {
            Cause::File => PICTURE_BYTES,
            _ => self.page(by, status, cause, user).len(),
        }
    }
}
