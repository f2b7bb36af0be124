use serde_json::json;

use crate::mesh::{Bundle, Mesh, install};

const HELLO: &str = include_str!("guests/hello.wat");

async fn with_hello() -> Mesh {
    let mesh = Mesh::start().await;
    install(&mesh, "localhost:hello", &Bundle::app("localhost:repo:hello:1.0.0", "greeter", HELLO, false)).await;
    mesh
}

#[tokio::test]
async fn a_file_has_type_etag_and_ranges() {
    let mesh = with_hello().await;
    let answer = mesh.page("hello", "/").send().await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "<h1>Hi</h1>"));
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let etag = answer.header("etag").to_owned();
    let answer = mesh.page("hello", "/").header("if-none-match", &etag).send().await;
    assert_eq!((answer.status, answer.body.len()), (304, 0));
    let answer = mesh.page("hello", "/").method("HEAD").send().await;
    assert_eq!((answer.status, answer.body.len(), answer.header("content-length")), (200, 0, "11"));

    let answer = mesh.page("hello", "/data.bin").header("range", "bytes=2-4").send().await;
    assert_eq!((answer.status, answer.text().as_str()), (206, "234"));
    assert_eq!(answer.header("content-range"), "bytes 2-4/10");
    let answer = mesh.page("hello", "/data.bin").header("range", "bytes=10-").send().await;
    assert_eq!((answer.status, answer.header("content-range")), (416, "bytes */10"));
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_visitors_language() {
    let mesh = with_hello().await;
    mesh.page("hello", "/none.html").send().await.refused(404, "not-found");
    let answer = mesh.page("hello", "/none.html").header("accept", "text/html,*/*").send().await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().starts_with("<!doctype html>") && answer.text().contains("not-found"));
    assert!(answer.text().contains("<code>html/none.html</code>"), "{}", answer.text());
    mesh.page("nobody", "/").send().await.refused(404, "no-app");
    let stranger = mesh.page("hello", "/").header("host", "example.com");
    stranger.send().await.refused(421, "unknown-host");
    mesh.page("hello", "/../secret").send().await.refused(404, "not-found");
}

#[tokio::test]
async fn an_error_is_as_the_documentation_shows_it() {
    let shown = include_str!("../../../docs/http.md");
    let answer = with_hello().await.page("hello", "/missing").send().await;
    assert!(answer.text().ends_with('\n') && shown.contains(&answer.text()), "{}", answer.text());
}

#[tokio::test]
async fn a_page_is_made_by_a_mechtron() {
    let mesh = with_hello().await;
    let answer = mesh.page("hello", "/hello/ada").send().await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "Hello"));
    assert_eq!((answer.header("content-type"), answer.header("x-kind")), ("text/plain; charset=utf-8", "plain"));
    assert_eq!(answer.header("set-cookie"), "");
    let answer = mesh.page("hello", "/hello/ada").method("HEAD").send().await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    let answer = mesh.page("hello", "/hello/ada").method("DELETE").send().await;
    answer.refused(405, "wrong-method");
    assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
    mesh.page("hello", "/hello/ada/more").send().await.refused(404, "not-found");
    let large = mesh.page("hello", "/hello/ada").method("POST").body(vec![0; 1_024 * 1_024 + 1]);
    large.send().await.refused(413, "too-large");
}

#[tokio::test]
async fn a_path_names_the_key_of_the_mechtron_that_answers() {
    let mesh = Mesh::start().await;
    let mut bundle = Bundle::app("localhost:repo:hello:1.0.0", "greeter", HELLO, true);
    bundle.documents["app"]["mechtrons"]["greeter"]["keyed"] = "user".into();
    bundle.documents["app"]["http"]["/hello/*"] = "${app}:greeter:*".into();
    bundle.documents["binds"]["binds/guest.toml"]["route"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "method": "Http<Get>", "path": "/hello/{name}/{photo}" }));
    install(&mesh, "localhost:hello", &bundle).await;
    for path in ["/hello/ada", "/hello/bob/one.png"] {
        let answer = mesh.page("hello", path).send().await;
        assert_eq!((answer.status, answer.text().as_str()), (200, "Hello"), "{path}");
    }
    let listed = mesh.told("localhost", "Cmd<List>", "").await;
    let mut awake: Vec<&str> =
        listed["mechtrons"].as_array().unwrap().iter().map(|one| one["point"].as_str().unwrap()).collect();
    awake.sort_unstable();
    assert_eq!(awake, ["localhost:hello:greeter:ada", "localhost:hello:greeter:bob"]);

    for path in ["/hello/", "/hello/Not%20a%20key", "/hello/a:b", "/hello//ada"] {
        mesh.page("hello", path).send().await.refused(404, "not-found");
    }
    mesh.page("hello", "/hello/1.2.0").send().await.refused(404, "no-route");
    let answer = mesh.page("hello", "/hello/ada").method("OPTIONS").send().await;
    assert_eq!((answer.status, answer.header("allow")), (204, "GET, HEAD, OPTIONS"));

    let wrong = [("/hello*", "${app}:greeter:*", "ends in `/*`"), ("/hello/*", "${app}:nobody:*", "no keyed mechtron")];
    for (path, to, told) in wrong {
        bundle.point = "localhost:repo:hello:1.0.1".into();
        bundle.documents["app"]["http"] = json!({ path: to });
        let answer = bundle.put(&mesh).await;
        assert!(answer.status >= 400 && answer.text().contains(told), "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let mesh = with_hello().await;
    let answer = mesh.page("hello", "/").method("POST").send().await;
    answer.refused(405, "wrong-method");
    assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
    for (path, allow) in [("/", "GET, HEAD, OPTIONS"), ("/hello/ada", "GET, HEAD, OPTIONS"), ("/hello/a/b", "OPTIONS")]
    {
        let answer = mesh.page("hello", path).method("OPTIONS").send().await;
        assert_eq!((answer.status, answer.header("allow")), (204, allow), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn a_line_for_signed_in_users_wants_a_token() {
    let mesh = with_hello().await;
    mesh.page("hello", "/private/").send().await.refused(401, "sign-in");
    let ada = mesh.token("ada").await;
    // The path is never stripped, so there is nothing; but Ada may look.
    mesh.page("hello", "/private/").bearer(&ada).send().await.refused(404, "not-found");
}

#[tokio::test]
async fn each_host_serves_its_own() {
    let mesh = with_hello().await;
    let port = mesh.address.port();
    let space = |path: &str| mesh.page("hello", path).header("host", &format!("localhost:{port}"));
    let answer = space("/").send().await;
    assert_eq!(answer.status, 307);
    assert_eq!(answer.header("location"), format!("http://starlane.localhost:{port}/starlane/"));
    assert_eq!(space("/starlane/healthz").send().await.json()["status"], "ok");
    assert_eq!(mesh.page("hello", "/starlane/healthz").send().await.json()["space"], "localhost");
    mesh.page("hello", "/starlane/mesh.json").bearer(&mesh.token).send().await.refused(404, "not-found");
    mesh.page("hello", "/starlane/waves").method("POST").bearer(&mesh.token).send().await.refused(404, "not-found");
    assert_eq!(mesh.page("starlane", "/").send().await.header("location"), "/starlane/");
}

#[tokio::test]
async fn a_page_of_an_unknown_origin_writes_nothing_and_reads_nothing() {
    let mesh = with_hello().await;
    let write =
        |origin: &str| mesh.call("POST", "/starlane/sign-in").header("origin", origin).body(r#"{"code":"x"}"#).send();
    write("https://example.com").await.refused(403, "unknown-origin");
    let answer = write("http://localhost:5173").await;
    answer.refused(401, "bad-code");
    assert_eq!(answer.header("access-control-allow-origin"), "http://localhost:5173");
    let read = mesh.call("GET", "/starlane/mesh.json").header("origin", "http://localhost:5173").send().await;
    assert_eq!(read.header("access-control-allow-origin"), "");
    let script = mesh.page("hello", "/starlane/starlane.js").header("origin", "https://example.com").send().await;
    assert_eq!(script.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn a_browser_is_shown_the_application_s_own_page_where_it_cannot_answer() {
    let mesh = Mesh::start().await;
    let mut bundle = Bundle::app("localhost:repo:hello:1.0.0", "greeter", RESTS, false);
    bundle.files.insert("html/away.html".into(), b"<h1>Back soon</h1>".to_vec());
    bundle.documents["app"]["offline"] = "html/away.html".into();
    install(&mesh, "localhost:hello", &bundle).await;
    let page = || mesh.page("hello", "/hello/Ada").header("accept", "text/html");
    for _ in 0..5 {
        assert_eq!(page().send().await.status, 500, "a trap is told as one");
    }
    let away = page().send().await;
    assert_eq!((away.status, away.text()), (503, "<h1>Back soon</h1>".into()));
    assert_eq!((away.header("content-type"), away.header("starlane-code")), ("text/html; charset=utf-8", "crash-loop"));
    mesh.page("hello", "/hello/Ada").send().await.refused(503, "crash-loop");
    for (path, why) in [("html/none.html", "no such file"), ("html/data.bin", "no HTML")] {
        bundle.documents["app"]["offline"] = path.into();
        bundle.point = "localhost:repo:hello:1.1.0".into();
        bundle.upload(&mesh).await;
        let refused = bundle.put(&mesh).await;
        assert!(refused.status == 422 && refused.text().contains(why), "{}", refused.text());
    }
}

/// Traps at every wave.
const RESTS: &str = r#"(module
  (memory (export "memory") 1)
  (global (export "starlane_abi_1") i32 (i32.const 1))
  (func (export "mechtron_init") (result i32) (i32.const 0))
  (func (export "mechtron_wave") (result i32) unreachable))"#;
