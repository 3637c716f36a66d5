//! The content security policy of the built page: what a browser is to refuse, whatever else goes wrong.

use crate::later::digest;

/// Where scripts, styles and files of a page come from.
struct Sources {
    scripts: String,
    styles: String,
    files: &'static str,
    /// The names of the policies of Trusted Types.
    policies: &'static str,
}

/// The policy of the site, whose scripts, styles and files lie beside the page.
pub fn policy() -> String {
    let own = || "'self'".to_owned();
    // The one policy lets through the address of the service worker (`assets/offline.js`) and nothing else.
    write(&Sources { scripts: own(), styles: own(), files: "'self'", policies: "hopscope" })
}

/// The policy of a page that contains exactly these scripts and style sheets, as they stand between their tags, and loads nothing.
pub fn policy_of_one_file(scripts: &[&str], styles: &[&str]) -> String {
    let sources = |contents: &[&str]| {
        let hashes: Vec<String> = contents.iter().map(|content| format!("'{}'", digest(content.as_bytes()))).collect();
        hashes.join(" ")
    };
    write(&Sources { scripts: sources(scripts), styles: sources(styles), files: "'none'", policies: "'none'" })
}

/// `frame-ancestors` is left out: anybody may embed the page. WebAssembly is compiled, but no text becomes a script, and with Trusted
/// Types none becomes markup either: no policy may be made that lets one through.
fn write(sources: &Sources) -> String {
    let Sources { scripts, styles, files, policies } = sources;
    [
        "default-src 'none'".to_owned(),
        format!("script-src {scripts} 'wasm-unsafe-eval'"),
        format!("style-src {styles}"),
        "img-src 'self' data: blob:".to_owned(),
        format!("connect-src {files}"),
        format!("worker-src {files}"),
        format!("manifest-src {files}"),
        "base-uri 'none'".to_owned(),
        "form-action 'none'".to_owned(),
        "require-trusted-types-for 'script'".to_owned(),
        format!("trusted-types {policies}"),
    ]
    .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::root;

    #[test]
    fn nothing_unsafe_is_allowed_but_webassembly() {
        for policy in [policy(), policy_of_one_file(&["start()"], &["p{}"])] {
            let rest = policy.replace("'wasm-unsafe-eval'", "");
            assert!(!rest.contains("unsafe") && !rest.contains('*') && !rest.contains("http"), "{policy}");
            assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        }
    }

    #[test]
    fn one_file_runs_the_scripts_that_it_contains_and_no_others() {
        let policy = policy_of_one_file(&["alert(1)"], &[]);
        // printf 'alert(1)' | openssl dgst -sha384 -binary | base64
        let hash = "sha384-HT2E9NfWiuQ/w1PRai+hTyqW16NIoCGA/m8VQDUopfAtcz6YQjtsMmQd5uRbVDpW";
        assert!(policy.contains(&format!("script-src '{hash}' 'wasm-unsafe-eval';")), "{policy}");
        assert!(!policy.contains("'self';"), "{policy}");
    }

    #[test]
    fn the_samples_for_servers_have_the_policy_of_the_page() {
        let guide = std::fs::read_to_string(root().join("docs").join("hosting.md")).unwrap();
        assert_eq!(
            guide.matches(&policy()).count(),
            3,
            "docs/hosting.md should have it for each of three servers: {}",
            policy()
        );
    }
}
