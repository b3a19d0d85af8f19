//! Clients of databases, directories and queues.

use super::Part::{AfterColon, AfterSlash, Whole};
use super::{At, PASSWORD, SECRET, TOKEN, Takes, after, flag, joined, password};

/// Programs, and how they take secrets.
#[rustfmt::skip] // A table.
pub(super) const PROGRAMS: &[(&[&str], &[Takes])] = &[
    (&["mysql", "mysqldump", "mysqladmin", "mysqlimport", "mysqlshow", "mysqlcheck", "mysqlslap", "mysqlpump", "mysqlbinlog", "mariadb", "mariadb-dump", "mariadb-admin", "mycli", "xtrabackup", "mydumper", "pt-query-digest"], &[joined(&["-p"]), password(&["--password1", "--pass"])]),
    (&["mongo", "mongosh", "mongodump", "mongorestore", "mongoexport", "mongoimport", "mongostat", "mongotop", "snowsql", "snow", "trino", "presto", "beeline", "impala-shell", "hive", "elasticdump"], &[password(&["-p"])]),
    (&["redis-cli", "valkey-cli", "keydb-cli"], &[password(&["-a", "--pass"]), after(&["auth"], At::Operands(0), Whole, PASSWORD),
        after(&["AUTH"], At::Operands(0), Whole, PASSWORD), after(&["requirepass"], At::Operand(0), Whole, PASSWORD)
    ]),
    (&["sqlcmd", "bcp", "osql", "mssql-cli", "kcat", "kafkacat", "mosquitto_pub", "mosquitto_sub"], &[password(&["-P"])]),
    (&["isql", "tsql", "iusql"], &[password(&["-P"]), after(&[], At::Operand(2), Whole, PASSWORD)]),
    (&["cqlsh", "cassandra-stress", "nodetool", "dse"], &[password(&["-p", "-pw"])]),
    (&["influx"], &[flag(&["-t"], Whole, TOKEN), password(&["-p", "-password"])]),
    (&["sqlplus", "sqlldr", "exp", "imp", "expdp", "impdp", "rman", "sql", "sqlcl"], &[
        after(&[], At::Operand(0), AfterSlash, PASSWORD), flag(&["userid", "target"], AfterSlash, PASSWORD),
    ]),
    (&["cypher-shell", "neo4j-admin", "arangosh", "orientdb"], &[password(&["-p"]), after(&["set-initial-password"], At::Operand(0), Whole, PASSWORD)]),
    (&["couchbase-cli", "cbq", "cbbackupmgr", "cbimport"], &[password(&["-p", "--pass"])]),
    (&["sqlcipher"], &[password(&["-key"])]),
    (&["rabbitmqctl", "rabbitmqadmin"], &[
        after(&["add_user"], At::Operand(1), Whole, PASSWORD), after(&["change_password"], At::Operand(1), Whole, PASSWORD),
        after(&["authenticate_user"], At::Operand(1), Whole, PASSWORD), password(&["-p"]),
    ]),
    (&["ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami", "ldappasswd", "ldapmodrdn", "ldapcompare", "ldapvi"], &[password(&["-w", "-s", "-a"])]),
    (&["slappasswd"], &[password(&["-s"])]),
    (&["samba-tool"], &[after(&["create"], At::Operand(1), Whole, PASSWORD), password(&["--newpassword", "--adminpass"])]),
    (&["etcdctl"], &[flag(&["--user"], AfterColon, PASSWORD), after(&["put"], At::Named, Whole, SECRET)]),
    (&["consul"], &[flag(&["-token"], Whole, TOKEN), after(&["put"], At::Named, Whole, SECRET)]),
];
