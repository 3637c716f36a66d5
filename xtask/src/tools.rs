//! Finds the tools that the build needs in the versions that it needs, and installs those that are missing.

use crate::run::{cargo, find_on_path, install, output_of, program, root};
use crate::toolchain::{node, npm};
use anyhow::{Result, ensure};
use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A program of one exact version. It is taken from PATH when its version is right, else installed into `.tools`.
pub struct Tool {
    /// The name of the program.
    program: &'static str,
    /// What `--version` must print among its words.
    version: &'static str,
    /// The package that brings the program, with its exact version.
    package: &'static str,
    source: Source,
    /// How long the installation usually takes on two cores.
    usually: &'static str,
}

enum Source {
    /// A crate to compile, with further arguments of `cargo install`.
    Crate(&'static [&'static str]),
    /// A package of npm, run by Node.
    Npm,
}

/// Builds the site. Its debug build compiles in half the time and serves as well.
pub const TRUNK: Tool = Tool {
    program: "trunk",
    version: "0.21.14",
    package: "trunk@0.21.14",
    source: Source::Crate(&["--debug", "--config", "profile.dev.debug=false"]),
    usually: "5 minutes",
};

/// Writes the JavaScript beside the WebAssembly; its version must be that of the crate in `Cargo.lock`.
pub const WASM_BINDGEN: Tool = Tool {
    program: "wasm-bindgen",
    version: "0.2.129",
    package: "wasm-bindgen-cli@0.2.129",
    source: Source::Crate(&[]),
    usually: "3 minutes",
};

/// Runs tests in WebAssembly; it comes with `wasm-bindgen`.
pub const TEST_RUNNER: Tool = Tool { program: "wasm-bindgen-test-runner", ..WASM_BINDGEN };

/// Makes the WebAssembly smaller.
pub const WASM_OPT: Tool = Tool {
    program: "wasm-opt",
    version: "132",
    package: "binaryen@132.0.0",
    source: Source::Npm,
    usually: "10 seconds",
};

/// Makes the JavaScript smaller.
pub const TERSER: Tool =
    Tool { program: "terser", version: "5.51.4", package: "terser@5.51.4", source: Source::Npm, usually: "5 seconds" };

/// Looks at the built site as an auditor does.
pub const LIGHTHOUSE: Tool = Tool {
    program: "lighthouse",
    version: "12.8.2",
    package: "lighthouse@12.8.2",
    source: Source::Npm,
    usually: "15 seconds",
};

impl Tool {
    /// The path of the program, which is installed first if need be.
    pub fn ready(&self) -> Result<PathBuf> {
        if matches!(self.source, Source::Npm) {
            node()?;
        }
        let own = self.own_path();
        if self.is_right(&own) {
            return Ok(own);
        }
        // Our folder comes first on PATH, so what lies there already must be replaced rather than passed over.
        if !own.exists()
            && let Some(found) = find_on_path(self.program)
            && self.is_right(&found)
        {
            return Ok(found);
        }
        self.install()?;
        ensure!(
            self.is_right(&own),
            "{} was installed but does not run; delete .tools and run the same command again.",
            self.package
        );
        Ok(own)
    }

    fn own_path(&self) -> PathBuf {
        match self.source {
            Source::Crate(_) => own_crates().join(format!("{}{EXE_SUFFIX}", self.program)),
            Source::Npm => own_packages().join(format!("{}{}", self.program, if cfg!(windows) { ".cmd" } else { "" })),
        }
    }

    fn is_right(&self, path: &Path) -> bool {
        output_of(program(path).arg("--version"))
            .is_some_and(|text| text.split_whitespace().any(|word| word == self.version))
    }

    fn install(&self) -> Result<()> {
        match self.source {
            Source::Crate(arguments) => self.install_crate(arguments),
            Source::Npm => {
                let npm = npm()?;
                println!("Installing {} into .tools: usually {}.", self.package, self.usually);
                let options = ["--save-exact", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", ".tools"];
                install(self.package, program(npm).arg("install").args(options).arg(self.package))
            }
        }
    }

    fn install_crate(&self, arguments: &[&str]) -> Result<()> {
        if output_of(cargo().args(["binstall", "-V"])).is_some() {
            println!("Downloading {} into .tools with cargo binstall: usually 10 seconds.", self.package);
            let options = ["--no-confirm", "--force", "--disable-telemetry", "--disable-strategies", "compile"];
            let downloaded =
                install(self.package, cargo().arg("binstall").args(options).args(["--root", ".tools", self.package]));
            if downloaded.is_ok() && self.is_right(&self.own_path()) {
                return Ok(());
            }
            println!("That did not work, so it is compiled instead.");
        }
        println!("Compiling {} into .tools, only once: usually {} on two cores.", self.package, self.usually);
        let options = ["--locked", "--force", "--root", ".tools"];
        install(self.package, cargo().arg("install").args(options).args(arguments).arg(self.package))
    }
}

/// PATH with the project's own tools in front: trunk looks there for `wasm-bindgen` and `wasm-opt`.
pub fn path_with_tools() -> OsString {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let folders = [own_crates(), own_packages()].into_iter().chain(std::env::split_paths(&inherited));
    std::env::join_paths(folders).expect("the project's folder has a name that PATH can hold")
}

fn own_crates() -> PathBuf {
    root().join(".tools").join("bin")
}

fn own_packages() -> PathBuf {
    root().join(".tools").join("node_modules").join(".bin")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn pinned_versions_agree_with_the_other_files() {
        let read = |name: &str| fs::read_to_string(root().join(name)).unwrap().replace("\r\n", "\n");
        let crate_version = format!("name = \"wasm-bindgen\"\nversion = \"{}\"", WASM_BINDGEN.version);
        assert!(read("Cargo.lock").contains(&crate_version), "Cargo.lock");
        let settings = read("Trunk.toml");
        assert!(settings.contains(&format!("wasm_bindgen = \"{}\"", WASM_BINDGEN.version)), "Trunk.toml");
        assert!(settings.contains(&format!("wasm_opt = \"version_{}\"", WASM_OPT.version)), "Trunk.toml");
    }
}
