//! Clients of databases, directories and queues.

use super::Part::{AfterColon, AfterSlash, Whole};
use super::{At, PASSWORD, SECRET, TOKEN, Takes, after, flag, joined, password};

/// How a program takes secrets.
#[rustfmt::skip] // A table.
pub(super) fn named(program: &[u8]) -> Option<&'static [Takes]> {
    Some(match program {
        b"mysql" | b"mysqldump" | b"mysqladmin" | b"mysqlimport" | b"mysqlshow" | b"mysqlcheck" | b"mysqlslap"
        | b"mysqlpump" | b"mysqlbinlog" | b"mariadb" | b"mariadb-dump" | b"mariadb-admin" | b"mycli"
        | b"xtrabackup" | b"mydumper" | b"pt-query-digest" => const { &[joined(&["-p"]), password(&["--password1", "--pass"])] },
        b"mongo" | b"mongosh" | b"mongodump" | b"mongorestore" | b"mongoexport" | b"mongoimport" | b"mongostat" | b"mongotop"
        | b"snowsql" | b"snow" | b"trino" | b"presto" | b"beeline" | b"impala-shell" | b"hive" | b"elasticdump" => const { &[password(&["-p"])] },
        b"redis-cli" | b"valkey-cli" | b"keydb-cli" => const { &[password(&["-a", "--pass"]), after(&["auth"], At::Operands(0), Whole, PASSWORD),
            after(&["AUTH"], At::Operands(0), Whole, PASSWORD), after(&["requirepass"], At::Operand(0), Whole, PASSWORD)
        ] },
        b"sqlcmd" | b"bcp" | b"osql" | b"mssql-cli" | b"kcat" | b"kafkacat" | b"mosquitto_pub" | b"mosquitto_sub" => const { &[password(&["-P"])] },
        b"isql" | b"tsql" | b"iusql" => const { &[password(&["-P"]), after(&[], At::Operand(2), Whole, PASSWORD)] },
        b"cqlsh" | b"cassandra-stress" | b"nodetool" | b"dse" => const { &[password(&["-p", "-pw"])] },
        b"influx" => const { &[flag(&["-t"], Whole, TOKEN), password(&["-p", "-password"])] },
        b"sqlplus" | b"sqlldr" | b"exp" | b"imp" | b"expdp" | b"impdp" | b"rman" | b"sql" | b"sqlcl" => const { &[
            after(&[], At::Operand(0), AfterSlash, PASSWORD), flag(&["userid", "target"], AfterSlash, PASSWORD),
        ] },
        b"cypher-shell" | b"neo4j-admin" | b"arangosh" | b"orientdb" => const { &[password(&["-p"]), after(&["set-initial-password"], At::Operand(0), Whole, PASSWORD)] },
        b"couchbase-cli" | b"cbq" | b"cbbackupmgr" | b"cbimport" => const { &[password(&["-p", "--pass"])] },
        b"sqlcipher" => const { &[password(&["-key"])] },
        b"rabbitmqctl" | b"rabbitmqadmin" => const { &[
            after(&["add_user"], At::Operand(1), Whole, PASSWORD), after(&["change_password"], At::Operand(1), Whole, PASSWORD),
            after(&["authenticate_user"], At::Operand(1), Whole, PASSWORD), password(&["-p"]),
        ] },
        b"ldapsearch" | b"ldapadd" | b"ldapmodify" | b"ldapdelete" | b"ldapwhoami" | b"ldappasswd"
        | b"ldapmodrdn" | b"ldapcompare" | b"ldapvi" => const { &[password(&["-w", "-s", "-a"])] },
        b"slappasswd" => const { &[password(&["-s"])] },
        b"samba-tool" => const { &[after(&["create"], At::Operand(1), Whole, PASSWORD), password(&["--newpassword", "--adminpass"])] },
        b"etcdctl" => const { &[flag(&["--user"], AfterColon, PASSWORD), after(&["put"], At::Named, Whole, SECRET)] },
        b"consul" => const { &[flag(&["-token"], Whole, TOKEN), after(&["put"], At::Named, Whole, SECRET)] },
        _ => return None,
    })
}
