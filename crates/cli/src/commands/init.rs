//! `anonymed init`: makes a project, scans the input and proposes a policy.

use std::path::PathBuf;
use std::process::ExitCode;

use anonymed_core::policy::{OnUnclassified, PURPOSE_MOST, Profile};
use anonymed_engine::project::POLICY;
use anonymed_engine::propose::{Wishes, propose};
use anonymed_engine::{Project, scan};
use clap::Args as ClapArgs;
use jiff::civil::Date;

use super::common::{Common, cancel_on_signals};
use super::scan::print_scan;
use crate::failure::Failure;

/// Make a project.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// The project folder to make.
    project: PathBuf,
    /// The folder with the data.
    #[arg(long, value_name = "DIR")]
    input: PathBuf,
    /// The key file; made (0600) where it does not exist.
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    #[command(flatten)]
    wish: Wish,
}

/// What a proposed policy says.
#[derive(ClapArgs)]
pub(crate) struct Wish {
    /// hipaa-safe-harbor, hipaa-limited, research-linked, gdpr-anonymous or ml-training.
    #[arg(long, value_name = "NAME", value_parser = profile)]
    profile: Profile,
    /// Name of the release family and of its pseudonym domain [default: the profile's name].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Why the data are released: a protocol or request number.
    #[arg(long, value_name = "TEXT", default_value = "", value_parser = purpose)]
    purpose: String,
    /// The day ages are reckoned on [default: today].
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

fn profile(text: &str) -> Result<Profile, String> {
    Profile::from_name(text).ok_or_else(|| {
        let names: Vec<_> = Profile::ALL.iter().map(|p| p.as_str()).collect();
        format!("one of {}", names.join(", "))
    })
}

fn purpose(text: &str) -> Result<String, String> {
    if text.chars().count() > PURPOSE_MOST {
        return Err(format!("at most {PURPOSE_MOST} characters; give the protocol's number"));
    }
    Ok(text.to_owned())
}

/// Reads the wishes.
#[expect(clippy::disallowed_methods, reason = "today's date is the face's to know")]
pub(crate) fn wishes(wish: &Wish) -> Result<Wishes, Failure> {
    let as_of: Date = match &wish.as_of {
        Some(text) => {
            text.parse().map_err(|_| Failure::Usage("--as-of takes a date as 2026-01-31".into()))?
        }
        None => jiff::Zoned::now().date(),
    };
    Ok(Wishes {
        profile: wish.profile,
        name: wish.name.clone().unwrap_or_else(|| wish.profile.as_str().to_owned()),
        as_of,
        purpose: wish.purpose.clone(),
        on_unclassified: OnUnclassified::Drop,
    })
}

/// Runs the command.
pub(crate) fn run(args: &Args, common: &Common) -> Result<ExitCode, Failure> {
    let wishes = wishes(&args.wish)?;
    Project::may_create(&args.project, &args.input)?;
    let session = common.open_or_make_key(&args.key_file)?;
    let purpose = &wishes.purpose;
    let project = Project::create(&args.project, &args.input, &args.key_file, purpose, session)?;
    let cancel = cancel_on_signals()?;
    let scanned = scan::scan(&project, purpose, common.progress().as_ref(), &cancel)?;
    let policy = propose(&scanned, &wishes);
    fs_err::write(project.root().join(POLICY), policy)
        .map_err(|e| Failure::Io("the policy cannot be written", e))?;
    print_scan(&scanned, common)?;
    common.say(&format!(
        "proposed {}; read it, then `anonymed plan --project {}`",
        project.root().join(POLICY).display(),
        args.project.display()
    ));
    Ok(ExitCode::SUCCESS)
}
