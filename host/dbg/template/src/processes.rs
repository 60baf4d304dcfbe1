//! Reads the target's processes.

use dbg_sdk::prelude::*;
use dbg_sdk::processes;

/// Says how many processes there are, and whether they are too many.
pub fn look(run: &Run, most: u32) -> Result<(), Failure> {
    let mut count = 0_u32;
    for process in processes::all()? {
        process?;
        count += 1;
    }
    run.metric("processes", Unit::Count, f64::from(count), &[]);
    if count > most {
        run.warn(
            "many-processes",
            format!("{count} processes run, more than {most}"),
        )
        .next_step("look which of them multiply: `ps -e --sort=comm`");
    } else {
        run.pass("processes", format!("{count} processes run"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use dbg_sdk::fake::Host;
    use dbg_sdk::processes::Process;

    use super::*;

    fn host() -> Host {
        Host::new().process(Process {
            pid: 1,
            parent: 0,
            uid: 0,
            name: "init".to_owned(),
            command_line: "/sbin/init".to_owned(),
            cgroup: String::new(),
            container: String::new(),
        })
    }

    #[test]
    fn as_many_processes_as_allowed_pass() {
        let report = host().run(|run| look(run, 1));
        assert_eq!(report.verdict(), Severity::Pass);
        assert_eq!(report.metric("processes"), Some(1.0));
    }

    #[test]
    fn more_processes_than_allowed_warn() {
        let report = host().run(|run| look(run, 0));
        assert_eq!(report.verdict(), Severity::Warn);
    }
}
