use std::path::Path;

use serde_json::{Value, json};
use sqlx::{ConnectOptions, Row};

use crate::mesh::{Bundle, Mesh, install};

const KEEPER: &str = include_str!("guests/keeper.wat");

fn keeper() -> Bundle {
    Bundle::app("localhost:repo:keep:1.0.0", "room", KEEPER, true)
}

async fn say(mesh: &Mesh, room: &str, what: &str) -> Value {
    mesh.ping(&format!("localhost:keep:room:{room}"), "Ext<Keep>", what).await["body"].clone()
}

/// Every text and blob of the relay's database that names something, outside of the bundles.
async fn mentions(data: &Path, name: &str) -> Vec<String> {
    let file = data.join("mesh.db");
    let mut store = sqlx::sqlite::SqliteConnectOptions::new().filename(file).read_only(true).connect().await.unwrap();
    let tables =
        sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'");
    let mut found = Vec::new();
    for table in tables.fetch_all(&mut store).await.unwrap() {
        let table: String = table.get(0);
        let columns = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT name FROM pragma_table_info('{table}')")));
        for column in columns.fetch_all(&mut store).await.unwrap() {
            let column: String = column.get(0);
            let query = format!("SELECT count(*) FROM {table} WHERE instr(CAST({column} AS TEXT), ?) > 0");
            let count: i64 =
                sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(name).fetch_one(&mut store).await.unwrap();
            if count > 0 {
                found.push(format!("{table}.{column}: {count}"));
            }
        }
    }
    found
}

#[tokio::test]
async fn what_keeps_state_is_not_removed_before_somebody_says_what_becomes_of_it() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:keep", &keeper()).await;
    say(&mesh, "tea", "milk").await;
    say(&mesh, "coffee", "sugar").await;
    let pong = mesh.ping("localhost:keep", "Cmd<Remove>", "").await;
    assert_eq!((&pong["status"], &pong["code"]), (&json!(409), &json!("has-state")), "{pong}");
    let told = "`localhost:keep` keeps state: 2 keys and 11 bytes of 2 mechtrons";
    assert!(pong["body"].as_str().unwrap().contains(told), "{pong}");
    assert_eq!(mesh.ping("localhost:keep:room:tea", "Cmd<Remove>", "").await["code"], "has-state");
    let keep = r#"{"state":"keep"}"#;
    let refused = mesh.ping("localhost:keep:room:tea", "Cmd<Remove>", keep).await;
    assert_eq!(refused["code"], "bad-body", "{refused}");
    assert!(refused["body"].as_str().unwrap().contains("`starlane rm localhost:keep --keep-state`"), "{refused}");
    mesh.told("localhost:keep:room:tea", "Cmd<Remove>", r#"{"state":"lose"}"#).await;
    assert_eq!((say(&mesh, "tea", "x").await, say(&mesh, "coffee", "x").await), (json!(""), json!("sugar")));
}

#[tokio::test]
async fn removing_leaves_nothing_behind() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:keep", &keeper()).await;
    mesh.told("localhost", "Cmd<Set>", r#"{"set":{"http":"localhost:keep"}}"#).await;
    say(&mesh, "tea", "milk").await;
    mesh.told("localhost:keep", "Cmd<Remove>", r#"{"state":"lose"}"#).await;
    mesh.told("localhost:repo:keep:1.0.0", "Cmd<Remove>", "").await;
    let data = mesh.close().await;
    // But for the number of its last generation, so that the next one at this point is newer everywhere.
    assert_eq!(mentions(data.path(), "localhost:keep").await, ["installs.app: 1"]);
    assert_eq!(mentions(data.path(), "keep:1.0.0").await, [""; 0]);
    assert_eq!(mentions(data.path(), "milk").await, [""; 0]);
    let mesh = Mesh::start_in(data).await;
    assert_eq!(install(&mesh, "localhost:keep", &keeper()).await, 3);
    assert_eq!(say(&mesh, "tea", "x").await, "");
}

#[tokio::test]
async fn state_that_is_kept_is_the_next_application_s() {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:keep", &keeper()).await;
    say(&mesh, "tea", "milk").await;
    let keep = r#"{"state":"keep"}"#;
    assert_eq!(mesh.told("localhost:keep", "Cmd<Remove>", keep).await["kept"], true);
    let mesh = Mesh::start_in(mesh.close().await).await;
    install(&mesh, "localhost:keep", &keeper()).await;
    assert_eq!(say(&mesh, "tea", "lemon").await, "milk");

    // Once only, and it can be let go of without installing anything.
    mesh.told("localhost:keep", "Cmd<Remove>", keep).await;
    assert_eq!(mesh.ping("localhost:keep", "Cmd<Remove>", "").await["code"], "has-state");
    mesh.told("localhost:keep", "Cmd<Remove>", r#"{"state":"lose"}"#).await;
    install(&mesh, "localhost:keep", &keeper()).await;
    assert_eq!(say(&mesh, "tea", "x").await, "");
    assert_eq!(mesh.ping("localhost:none", "Cmd<Remove>", "").await["code"], "no-app");
}
