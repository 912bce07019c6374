//! `cargo xtask demo`: from a clone to a signed release of a synthetic hospital.

use std::path::PathBuf;

use anyhow::Result;

use crate::sys::anonymed::{Anonymed, Build, DONE, truth_of};
use crate::sys::{Workspace, process};

/// Builds AnonyMed, makes a synthetic hospital and de-identifies it to a signed release.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where the demo goes; emptied first. Without it, `demo` in the target folder.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Patients of the hospital.
    #[arg(long, default_value_t = 200)]
    patients: u32,
    /// The same seed gives the same hospital.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// The frame of the release.
    #[arg(long, default_value = "research-linked")]
    profile: String,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let built = workspace.target.join("debug/anonymed").is_file();
    if built {
        eprintln!("The demo takes about half a minute.");
    } else {
        eprintln!(
            "The first build takes about 5 minutes on 2 cores. The demo itself takes half a minute."
        );
    }
    let anonymed = Anonymed::build(workspace, Build::Development)?;
    let folder = match &arguments.dir {
        Some(folder) => own(folder)?,
        None => own(&workspace.target.join("demo"))?,
    };
    let hospital = folder.join("hospital");
    let release = folder.join("release");
    process::check(&mut anonymed.demo_project(&hospital, arguments.patients, arguments.seed))?;
    let key = folder.join("demo.key");
    let mut deidentify = anonymed.deidentify(&hospital, &release, &arguments.profile, &key);
    let code = process::status(&mut deidentify)?;
    if !DONE.contains(&code) {
        anyhow::bail!("the demo ended with exit code {code}");
    }
    println!();
    if code == 6 {
        println!("Exit code 6: done, and some files are in quarantine. That is the demo working:");
        println!("a conflicting patient id, a truncated file, an unreadable encoding and a");
        println!("duplicate row are planted in it. The report lists what was held back and why.");
    }
    println!("Input         {}", hospital.display());
    println!("Planted       {}", truth_of(&hospital).display());
    println!("Release       {}", release.display());
    println!("Report        {}", release.join("report.html").display());
    println!(
        "Check it      {} release verify {} --public-key {}",
        anonymed.exe().display(),
        release.display(),
        key.with_extension("pub").display()
    );
    Ok(())
}

/// Makes a folder the demo's own: an existing one is emptied only where a demo made it.
fn own(folder: &std::path::Path) -> Result<PathBuf> {
    const MARK: &str = ".anonymed-demo";
    if folder.exists() {
        let empty = fs_err::read_dir(folder)?.next().is_none();
        if !empty && !folder.join(MARK).is_file() {
            anyhow::bail!("{} is not empty and was not made by a demo", folder.display());
        }
        fs_err::remove_dir_all(folder)?;
    }
    fs_err::create_dir_all(folder)?;
    fs_err::write(folder.join(MARK), "")?;
    Ok(folder.canonicalize()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_ours_is_left_alone() {
        let folder = std::env::temp_dir().join(format!("xtask-demo-{}", std::process::id()));
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(folder.join("thesis.txt"), "years of work").unwrap();
        assert!(own(&folder).is_err());
        fs_err::remove_file(folder.join("thesis.txt")).unwrap();
        assert!(own(&folder).is_ok());
        fs_err::write(folder.join("old"), "").unwrap();
        assert!(own(&folder).is_ok());
        assert!(!folder.join("old").exists());
        fs_err::remove_dir_all(folder).unwrap();
    }
}
