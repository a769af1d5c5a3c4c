"""Steps of the instance's boot, by themselves, in folders and files of the test's own."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

BOOT = Path(__file__).parents[2] / "constructs" / "aws" / "host-boot"
sys.dont_write_bytecode = True
sys.path.insert(0, str(BOOT))

import data_volume  # noqa: E402
import engine  # noqa: E402
import firewall  # noqa: E402
import own_secrets  # noqa: E402
import system  # noqa: E402

CREATED = [{"name": "POSTGRES_PASSWORD", "characters": 32}, {"name": "MLFLOW_AUTH_ADMIN_PASSWORD", "characters": 32}]
READ = [{"name": "MLFLOW_BACKEND_STORE_URI", "arn": "arn:uri"}]
SETTINGS = {"region": "eu-central-1", "secrets": CREATED}


class Manager:
    """Secrets Manager, as far as it is asked."""

    def __init__(self, values=()):
        self.values, self.put = dict(values), []

    def get_secret_value(self, SecretId):
        return {"SecretString": self.values[SecretId]}

    def put_secret_value(self, **words):
        self.put.append(words)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.quiet = mock.patch("builtins.print")
        self.quiet.start()
        self.addCleanup(self.quiet.stop)


class Secrets(Case):
    def complete(self, settings=SETTINGS, manager=None):
        env_file = self.folder / "mlflow-stacks" / ".env"
        with mock.patch.object(own_secrets, "manager", return_value=manager):
            own_secrets.complete(env_file, settings)
        return env_file

    def test_are_made_once_and_are_for_root_alone(self):
        env_file = self.complete()
        text = env_file.read_text()
        values = own_secrets.parse(text)
        self.assertRegex(values["POSTGRES_PASSWORD"], r"^[A-Za-z0-9]{32}$")
        self.assertNotEqual(values["POSTGRES_PASSWORD"], values["MLFLOW_AUTH_ADMIN_PASSWORD"])
        self.assertEqual(env_file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.complete().read_text(), text)

    def test_are_kept_where_another_is_added_or_is_no_longer_used(self):
        first = own_secrets.parse(self.complete().read_text())
        more = {**SETTINGS, "secrets": [CREATED[0], {"name": "MLFLOW_DB_PASSWORD", "characters": 32}]}
        second = own_secrets.parse(self.complete(more).read_text())
        for name in ("POSTGRES_PASSWORD", "MLFLOW_AUTH_ADMIN_PASSWORD", own_secrets.KEY):
            self.assertEqual(second[name], first[name])
        self.assertNotEqual(second[own_secrets.REVISION], first[own_secrets.REVISION])

    def test_are_on_the_disk_before_anything_else_is_asked(self):
        settings = {**SETTINGS, "secrets": CREATED + READ}
        with self.assertRaises(KeyError):
            self.complete(settings, Manager())
        kept = own_secrets.parse((self.folder / "mlflow-stacks" / ".env").read_text())
        values = own_secrets.parse(self.complete(settings, Manager({"arn:uri": "x"})).read_text())
        self.assertEqual(values["POSTGRES_PASSWORD"], kept["POSTGRES_PASSWORD"])
        self.assertEqual(values["MLFLOW_BACKEND_STORE_URI"], "x")

    def test_of_secrets_manager_are_read_again(self):
        settings = {**SETTINGS, "secrets": CREATED + READ}
        for uri in ("postgresql+psycopg2://a:b@c/d", "mysql+pymysql://a:it's%20$x\\\"@c/d"):
            text = self.complete(settings, Manager({"arn:uri": uri})).read_text()
            self.assertEqual(own_secrets.parse(text)["MLFLOW_BACKEND_STORE_URI"], uri)

    def test_hand_the_admins_password_on_by_a_token_of_its_own(self):
        manager = Manager()
        settings = {**SETTINGS, "adminPasswordSecret": "arn:admin"}
        values = own_secrets.parse(self.complete(settings, manager).read_text())
        self.complete(settings, manager)
        first, second = manager.put
        self.assertEqual(first, second)
        self.assertEqual(first["SecretString"], values["MLFLOW_AUTH_ADMIN_PASSWORD"])
        self.assertRegex(first["ClientRequestToken"], r"^[0-9a-f]{64}$")

    def test_refuse_what_no_env_file_carries(self):
        with self.assertRaises(SystemExit):
            own_secrets.quote("two\nlines")
        with self.assertRaises(SystemExit):
            own_secrets.parse("POSTGRES PASSWORD\n")


class Files(Case):
    def test_are_the_old_or_the_new(self):
        path = self.folder / "a" / "b"
        self.assertTrue(system.write(path, "one", 0o600))
        self.assertFalse(system.write(path, "one", 0o600))
        (path.parent / "b.partial").write_text("of a killed one")
        self.assertTrue(system.write(path, "two", 0o644))
        self.assertEqual((path.read_text(), path.stat().st_mode & 0o777), ("two", 0o644))
        self.assertEqual(os.listdir(path.parent), ["b"])

    def test_the_table_of_file_systems_has_one_line_for_a_path(self):
        table = "LABEL=root / ext4 defaults 0 1\nUUID=old /data ext4 defaults 0 2\n"
        once = data_volume.with_line(table, "/data", "UUID=new /data ext4 nofail 0 2")
        self.assertEqual(once.count("/data"), 1)
        self.assertIn("LABEL=root / ext4", once)
        self.assertEqual(data_volume.with_line(once, "/data", "UUID=new /data ext4 nofail 0 2"), once)


class Volume(Case):
    def disk(self, megabytes=64):
        disk = self.folder / "disk"
        with open(disk, "wb") as file:
            file.truncate(megabytes * 1024**2)
        return disk

    def test_that_is_empty_is_formatted_once(self):
        disk = self.disk()
        data_volume.format_if_new(disk)
        first = data_volume.probe(disk)
        self.assertEqual(first["LABEL"], "mlflow-data")
        data_volume.format_if_new(disk)
        self.assertEqual(data_volume.probe(disk), first)

    def test_that_was_being_formatted_is_formatted_again(self):
        disk = self.disk()
        with mock.patch.object(data_volume, "run", self.until_mkfs):
            data_volume.format_if_new(disk)
        self.assertEqual(data_volume.probe(disk)["LABEL"], "mlflow-making")
        data_volume.format_if_new(disk)
        self.assertEqual(data_volume.probe(disk)["LABEL"], "mlflow-data")

    def until_mkfs(self, *words):
        if words[0] == "mkfs.ext4":
            subprocess.run(words, check=True)

    def test_that_holds_something_else_is_left_alone(self):
        disk = self.disk()
        subprocess.run(["mkfs.ext4", "-q", "-L", "photos", disk], check=True)
        content = disk.read_bytes()
        with self.assertRaisesRegex(SystemExit, "holds something else.*ext4 photos"):
            data_volume.format_if_new(disk)
        self.assertEqual(disk.read_bytes(), content)

    def test_that_can_not_be_read_is_not_taken_for_empty(self):
        with self.assertRaises(OSError):
            data_volume.format_if_new(self.folder / "none")

    def test_is_waited_for_and_not_for_ever(self):
        link = self.folder / "nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0"
        with self.assertRaisesRegex(SystemExit, "vol-0123456789abcdef0 is attached: not after 0 s"):
            data_volume.wait_for("vol-0123456789abcdef0", self.folder, 0)
        link.symlink_to(self.disk())
        found = data_volume.wait_for("vol-0123456789abcdef0", self.folder, 0)
        self.assertEqual(found, Path(os.path.realpath(self.folder / "disk")))


class Rules(Case):
    def test_of_the_firewall_let_the_role_in_and_the_network_not(self):
        lines = firewall.rules(None).splitlines()
        metadata = next(i for i, line in enumerate(lines) if "169.254.169.254" in line)
        private = [i for i, line in enumerate(lines) if line.endswith("-j DROP") and "-d" in line]
        self.assertLess(metadata, min(private))
        self.assertEqual(lines[-3:-1], ["-A MLFLOW-STACKS -p tcp -m multiport --dports 80,443 -j RETURN", "-A MLFLOW-STACKS -j DROP"])
        self.assertNotIn("5432", firewall.rules(None))
        self.assertIn("-p tcp --dport 5432 -j RETURN", firewall.rules(5432))

    def test_cover_every_bridge_of_the_engine(self):
        import ipaddress

        whole = ipaddress.ip_network(engine.RANGE)
        pools = [pool["base"] for pool in engine.SETTINGS["default-address-pools"]]
        for cidr in [*pools, engine.SETTINGS["bip"]]:
            self.assertTrue(ipaddress.ip_interface(cidr).network.subnet_of(whole))


if __name__ == "__main__":
    unittest.main()
