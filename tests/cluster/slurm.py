"""A real SLURM of one node in a folder of its own: controller, node, accounts, pretend cards.

Everything lies below one folder and is found through SLURM_CONF: no file of the machine's own is
changed. As root it installs what Debian lacks, save where VADOSE_NO_INSTALL is set.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = {"slurmctld": "slurmctld", "slurmd": "slurmd", "sbatch": "slurm-client"}
PACKAGES |= {"munged": "munge", "slurmdbd": "slurmdbd", "mariadbd": "mariadb-server"}
INSTALL = ("apt-get", "install", "-y", "-qq", "--no-install-recommends")
SECONDS = 60  # in which a daemon must answer

# More processors and memory than the machine has, so that what a rule asks for always fits. The
# pretend cards must be devices that exist; what SLURM does with them is count them.
SLURM = """
ClusterName=local
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
MinJobAge=3600
KillWait=10
GresTypes=gpu
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=localhost
AccountingStoragePort={ports[2]}
AccountingStoragePass={folder}/munge.socket
AccountingStorageTRES=gres/gpu
NodeName=node NodeHostname={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=64000 Gres=gpu:2
PartitionName=cpu Nodes=node Default=YES MaxTime=7-0 State=UP
PartitionName=gpu Nodes=node MaxTime=7-0 State=UP
"""
ACCOUNTS = """
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost=localhost
DbdPort={ports[2]}
SlurmUser={user}
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={ports[3]}
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm
"""
DATABASE = """
create database slurm;
create user 'slurm'@'localhost' identified by 'slurm';
create user 'slurm'@'127.0.0.1' identified by 'slurm';
grant all on slurm.* to 'slurm'@'localhost';
grant all on slurm.* to 'slurm'@'127.0.0.1';
"""


class NoCluster(Exception):
    """This machine cannot have one, for the reason given."""


def install() -> None:
    """Bring Debian's packages of SLURM and what it needs; NoCluster where that is not to be."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if not missing:
        return
    what = f"SLURM is not whole here: {', '.join(missing)} missing"
    if os.geteuid() or not shutil.which("apt-get") or os.environ.get("VADOSE_NO_INSTALL"):
        raise NoCluster(f"{what}; install these packages, or run as root on Debian")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("apt-get", "update", "-qq"), (*INSTALL, *missing)):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise NoCluster(f"{what}; {command[:2]} ended with {done.stderr.strip()[-300:]}")


class Slurm:
    """The daemons of a cluster, in the order in which they start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.daemons: list[subprocess.Popen] = []
        self.environment = {
            "SLURM_CONF": str(folder / "slurm.conf"),
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }

    def start(self) -> None:
        """Write the configuration and start all daemons, each when the one before answers."""
        for name in ("bin", "state", "spool", "database"):
            (self.folder / name).mkdir(parents=True)
        self._configure()
        socket_file, key = self.folder / "munge.socket", self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        kinds = ("key", "pid", "seed", "log")
        files = [f"--{kind}-file={self.folder / 'munge'}.{kind}" for kind in kinds]
        self._run("munged", "-F", "--force", f"--socket={socket_file}", *files)
        self._until(lambda: socket_file.is_socket(), "munged")
        self._start_database()
        self._run("slurmdbd", "-D")
        self._until(lambda: self.ask("sacctmgr", "-n", "list", "cluster") is not None, "slurmdbd")
        user = self._user()
        for what in ("cluster local", "account project", f"user {user} Account=project"):
            self.ask("sacctmgr", "-i", "add", *what.split())
        self._run("slurmctld", "-D", "-c")
        self._run("slurmd", "-D", "-N", "node")
        self._until(lambda: "idle" in (self.ask("sinfo", "-h", "-o", "%T") or ""), "slurmd")

    def stop(self) -> None:
        """End all daemons, the last first."""
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.send_signal(signal.SIGKILL)
                daemon.wait()

    def ask(self, *command: str) -> str | None:
        """What a command of SLURM says; None where it fails."""
        environment = os.environ | self.environment
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        return done.stdout if done.returncode == 0 else None

    def _configure(self) -> None:
        (self.folder / "gres.conf").write_text("Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n")
        (self.folder / "cgroup.conf").write_text("ConstrainDevices=no\nCgroupPlugin=cgroup/v1\n")
        ports = free_ports(4)
        # Steps of Snakemake's jobs are hidden SLURM_CONF and would look in /etc/slurm.
        step = self.folder / "bin/srun"
        way = f"SLURM_CONF='{self.folder}/slurm.conf' exec {shutil.which('srun')}"
        step.write_text(f'#!/bin/sh\n{way} "$@"\n')
        step.chmod(0o755)
        values = {"folder": self.folder, "user": self._user(), "ports": ports}
        values["host"] = socket.gethostname().partition(".")[0]
        self.database_port = ports[3]
        for name, text in (("slurm", SLURM), ("slurmdbd", ACCOUNTS)):
            file = self.folder / f"{name}.conf"
            file.write_text(text.format(**values))
            file.chmod(0o600)

    def _start_database(self) -> None:
        data, way = self.folder / "database", self.folder / "database.socket"
        user = self._user()
        prepare = ("mariadb-install-db", "--no-defaults", f"--user={user}", f"--datadir={data}")
        prepare += ("--skip-test-db", "--auth-root-authentication-method=normal")
        subprocess.run(prepare, check=True, capture_output=True)
        where = (f"--datadir={data}", f"--socket={way}", f"--port={self.database_port}")
        where += (f"--user={user}", "--bind-address=127.0.0.1")
        self._run("mariadbd", "--no-defaults", *where, f"--pid-file={self.folder}/database.pid")
        client = ("mariadb", "--no-defaults", f"--socket={way}", "-uroot", "-e")
        self._until(lambda: self.ask(*client, "select 1") is not None, "mariadbd")
        assert self.ask(*client, DATABASE) is not None

    def _run(self, *command: str) -> None:
        with (self.folder / f"{command[0]}.out").open("wb") as out:
            environment = os.environ | self.environment
            daemon = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        self.daemons.append(daemon)

    def _until(self, is_there: Callable[[], bool], name: str) -> None:
        end = time.monotonic() + SECONDS
        while not is_there():
            if time.monotonic() > end or self.daemons[-1].poll() is not None:
                files = sorted([*self.folder.glob("*.log"), *self.folder.glob("*.out")])
                said = "".join(f"== {f.name}\n{f.read_text()[-1500:]}\n" for f in files)
                raise RuntimeError(f"{name} does not answer:\n{said}")
            time.sleep(0.2)

    @staticmethod
    def _user() -> str:
        done = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True)
        return done.stdout.strip()


def free_ports(n: int) -> list[int]:
    """Ports of this machine that nobody listens on."""
    sockets = [socket.socket() for _ in range(n)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


@contextmanager
def cluster(folder: Path) -> Iterator[Slurm]:
    """A running cluster, ended whatever happens; NoCluster where this machine cannot have one."""
    install()
    slurm = Slurm(folder)
    try:
        slurm.start()
        yield slurm
    finally:
        slurm.stop()
