// Written by `starlane bindgen --lang as` from trio.toml; write it again when the bind changes.

import { Asked, Message, Pong, Reply, bytes, wave } from "../../../guest-libraries/assemblyscript/starlane";
import { Answer, Any, Box, Reader, Writer, fits, part, queryEach, queryOne } from "../../../guest-libraries/assemblyscript/typed";

/** The named parts of the path of `Http<Get> /hello/{name}`. */
export class GetHelloParams {
  name: string = "";

  /** Those of the wave; null when they are none. */
  static of(): GetHelloParams | null {
    const all = new GetHelloParams();
    const name = wave.param("name");
    if (name === null) return null;
    {
      const json = new Reader(Writer.quoted(name));
      all.name = json.text();
      if (!json.end()) return null;
    }
    return all;
  }

  path(): string {
    let path = "";
    path += "/hello";
    path += "/" + part(this.name);
    return path;
  }
}

/** The named parts of the path of `Ext<Get> /state/{key}`. */
export class GetStateParams {
  key: string = "";

  /** Those of the wave; null when they are none. */
  static of(): GetStateParams | null {
    const all = new GetStateParams();
    const key = wave.param("key");
    if (key === null) return null;
    {
      const json = new Reader(Writer.quoted(key));
      all.key = json.text();
      if (!json.end()) return null;
    }
    return all;
  }

  path(): string {
    let path = "";
    path += "/state";
    path += "/" + part(this.key);
    return path;
  }
}

/** The named parts of the path of `Ext<Put> /state/{key}`. */
export class PutStateParams {
  key: string = "";

  /** Those of the wave; null when they are none. */
  static of(): PutStateParams | null {
    const all = new PutStateParams();
    const key = wave.param("key");
    if (key === null) return null;
    {
      const json = new Reader(Writer.quoted(key));
      all.key = json.text();
      if (!json.end()) return null;
    }
    return all;
  }

  path(): string {
    let path = "";
    path += "/state";
    path += "/" + part(this.key);
    return path;
  }
}

/** The named parts of the path of `Ext<Delete> /state/{key}`. */
export class DeleteStateParams {
  key: string = "";

  /** Those of the wave; null when they are none. */
  static of(): DeleteStateParams | null {
    const all = new DeleteStateParams();
    const key = wave.param("key");
    if (key === null) return null;
    {
      const json = new Reader(Writer.quoted(key));
      all.key = json.text();
      if (!json.end()) return null;
    }
    return all;
  }

  path(): string {
    let path = "";
    path += "/state";
    path += "/" + part(this.key);
    return path;
  }
}

/** `Ext<Greet> /`, under way. */
export class GreetCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Field> /`, under way. */
export class FieldCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Http<Get> /hello/{name}`, under way. */
export class GetHelloCall {
  constructor(private asked: Asked) {}

  wait(): Answer<string | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<string | null>(pong, null);
    return new Answer<string | null>(pong, pong.text());
  }
}

/** `Http<Get> /page`, under way. */
export class GetPageCall {
  constructor(private asked: Asked) {}

  wait(): Answer<string | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<string | null>(pong, null);
    return new Answer<string | null>(pong, pong.text());
  }
}

/** `Ext<Echo> /`, under way. */
export class EchoCall {
  constructor(private asked: Asked) {}

  wait(): Answer<string | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<string | null>(pong, null);
    return new Answer<string | null>(pong, pong.text());
  }
}

/** `Ext<Count> /`, under way. */
export class CountCall {
  constructor(private asked: Asked) {}

  wait(): Answer<string | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<string | null>(pong, null);
    return new Answer<string | null>(pong, pong.text());
  }
}

/** `Ext<Get> /state/{key}`, under way. */
export class GetStateCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Put> /state/{key}`, under way. */
export class PutStateCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Delete> /state/{key}`, under way. */
export class DeleteStateCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Keys> /`, under way. */
export class KeysCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Fail> /`, under way. */
export class FailCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Trap> /`, under way. */
export class TrapCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Relay> /`, under way. */
export class RelayCall {
  constructor(private asked: Asked) {}

  wait(): Answer<string | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<string | null>(pong, null);
    return new Answer<string | null>(pong, pong.text());
  }
}

/** `Ext<Both> /`, under way. */
export class BothCall {
  constructor(private asked: Asked) {}

  wait(): Answer<string | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<string | null>(pong, null);
    return new Answer<string | null>(pong, pong.text());
  }
}

/** `Ext<Tell> /`, under way. */
export class TellCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Told> /`, under way. */
export class ToldCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<File> /`, under way. */
export class FileCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Config> /`, under way. */
export class ConfigCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Header> /`, under way. */
export class HeaderCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Headers> /`, under way. */
export class HeadersCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Wave> /wave/*`, under way. */
export class WaveWaveCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Status> /`, under way. */
export class StatusCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Log> /`, under way. */
export class LogCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Random> /`, under way. */
export class RandomCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Now> /`, under way. */
export class NowCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** `Ext<Large> /`, under way. */
export class LargeCall {
  constructor(private asked: Asked) {}

  wait(): Answer<ArrayBuffer | null> {
    const pong = this.asked.wait();
    if (pong.status < 0 || pong.status >= 400) return new Answer<ArrayBuffer | null>(pong, null);
    return new Answer<ArrayBuffer | null>(pong, pong.body);
  }
}

/** What may be asked of the mechtron at a point: each call is on its way at once, and `wait` gets its answer. */
export class Trio {
  /** `waitMs`: how long each answer may take, in milliseconds; 15,000 when it is 0. */
  constructor(public point: string, public waitMs: i32 = 0) {}

  private message(method: string): Message {
    return new Message(method).to(this.point).waitMs(this.waitMs);
  }

  /** `Ext<Greet> /` */
  greet(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): GreetCall {
    return new GreetCall(this.message("Ext<Greet>").body(type, body).ask());
  }

  /** `Ext<Field> /` */
  field(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): FieldCall {
    return new FieldCall(this.message("Ext<Field>").body(type, body).ask());
  }

  /** `Http<Get> /hello/{name}` */
  getHello(params: GetHelloParams): GetHelloCall {
    return new GetHelloCall(this.message("Http<Get>").path(params.path()).ask());
  }

  /** `Http<Get> /page` */
  getPage(): GetPageCall {
    return new GetPageCall(this.message("Http<Get>").path("/page").ask());
  }

  /** `Ext<Echo> /` */
  echo(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): EchoCall {
    return new EchoCall(this.message("Ext<Echo>").body(type, body).ask());
  }

  /** `Ext<Count> /` */
  count(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): CountCall {
    return new CountCall(this.message("Ext<Count>").body(type, body).ask());
  }

  /** `Ext<Get> /state/{key}` */
  getState(params: GetStateParams, type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): GetStateCall {
    return new GetStateCall(this.message("Ext<Get>").path(params.path()).body(type, body).ask());
  }

  /** `Ext<Put> /state/{key}` */
  putState(params: PutStateParams, type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): PutStateCall {
    return new PutStateCall(this.message("Ext<Put>").path(params.path()).body(type, body).ask());
  }

  /** `Ext<Delete> /state/{key}` */
  deleteState(params: DeleteStateParams, type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): DeleteStateCall {
    return new DeleteStateCall(this.message("Ext<Delete>").path(params.path()).body(type, body).ask());
  }

  /** `Ext<Keys> /` */
  keys(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): KeysCall {
    return new KeysCall(this.message("Ext<Keys>").body(type, body).ask());
  }

  /** `Ext<Fail> /` */
  fail(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): FailCall {
    return new FailCall(this.message("Ext<Fail>").body(type, body).ask());
  }

  /** `Ext<Trap> /` */
  trap(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): TrapCall {
    return new TrapCall(this.message("Ext<Trap>").body(type, body).ask());
  }

  /** `Ext<Relay> /` */
  relay(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): RelayCall {
    return new RelayCall(this.message("Ext<Relay>").body(type, body).ask());
  }

  /** `Ext<Both> /` */
  both(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): BothCall {
    return new BothCall(this.message("Ext<Both>").body(type, body).ask());
  }

  /** `Ext<Tell> /` */
  tell(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): TellCall {
    return new TellCall(this.message("Ext<Tell>").body(type, body).ask());
  }

  /** `Ext<Told> /` */
  told(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): ToldCall {
    return new ToldCall(this.message("Ext<Told>").body(type, body).ask());
  }

  /** `Ext<File> /` */
  file(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): FileCall {
    return new FileCall(this.message("Ext<File>").body(type, body).ask());
  }

  /** `Ext<Config> /` */
  config(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): ConfigCall {
    return new ConfigCall(this.message("Ext<Config>").body(type, body).ask());
  }

  /** `Ext<Header> /` */
  header(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): HeaderCall {
    return new HeaderCall(this.message("Ext<Header>").body(type, body).ask());
  }

  /** `Ext<Headers> /` */
  headers(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): HeadersCall {
    return new HeadersCall(this.message("Ext<Headers>").body(type, body).ask());
  }

  /** `Ext<Wave> /wave/*` */
  waveWave(rest: string, type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): WaveWaveCall {
    return new WaveWaveCall(this.message("Ext<Wave>").path("/wave/" + rest).body(type, body).ask());
  }

  /** `Ext<Status> /` */
  status(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): StatusCall {
    return new StatusCall(this.message("Ext<Status>").body(type, body).ask());
  }

  /** `Ext<Log> /` */
  log(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): LogCall {
    return new LogCall(this.message("Ext<Log>").body(type, body).ask());
  }

  /** `Ext<Random> /` */
  random(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): RandomCall {
    return new RandomCall(this.message("Ext<Random>").body(type, body).ask());
  }

  /** `Ext<Now> /` */
  now(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): NowCall {
    return new NowCall(this.message("Ext<Now>").body(type, body).ask());
  }

  /** `Ext<Large> /` */
  large(type: string = "", body: ArrayBuffer = new ArrayBuffer(0)): LargeCall {
    return new LargeCall(this.message("Ext<Large>").body(type, body).ask());
  }
}

/** The reply of `Http<Get> /hello/{name}`. */
export function getHelloReply(value: string): Reply {
  return Reply.of("text/html", bytes(value));
}

/** The reply of `Http<Get> /page`. */
export function getPageReply(value: string): Reply {
  return Reply.of("text/html", bytes(value));
}

/** The reply of `Ext<Echo> /`. */
export function echoReply(value: string): Reply {
  return Reply.of("text/plain", bytes(value));
}

/** The reply of `Ext<Count> /`. */
export function countReply(value: string): Reply {
  return Reply.of("text/plain", bytes(value));
}

/** The reply of `Ext<Relay> /`. */
export function relayReply(value: string): Reply {
  return Reply.of("text/plain", bytes(value));
}

/** The reply of `Ext<Both> /`. */
export function bothReply(value: string): Reply {
  return Reply.of("text/plain", bytes(value));
}

/**
 * What a mechtron with this bind answers: a class of one's own does, and `handle` leads waves to it. A method gives the reply of
 * its route (`…Reply`), or any other.
 */
export abstract class TrioRoutes {
  /** `Ext<Greet> /` */
  abstract greet(): Reply;
  /** `Ext<Field> /` */
  abstract field(): Reply;
  /** `Http<Get> /hello/{name}` */
  abstract getHello(params: GetHelloParams): Reply;
  /** `Http<Get> /page` */
  abstract getPage(): Reply;
  /** `Ext<Echo> /` */
  abstract echo(): Reply;
  /** `Ext<Count> /` */
  abstract count(): Reply;
  /** `Ext<Get> /state/{key}` */
  abstract getState(params: GetStateParams): Reply;
  /** `Ext<Put> /state/{key}` */
  abstract putState(params: PutStateParams): Reply;
  /** `Ext<Delete> /state/{key}` */
  abstract deleteState(params: DeleteStateParams): Reply;
  /** `Ext<Keys> /` */
  abstract keys(): Reply;
  /** `Ext<Fail> /` */
  abstract fail(): Reply;
  /** `Ext<Trap> /` */
  abstract trap(): Reply;
  /** `Ext<Relay> /` */
  abstract relay(): Reply;
  /** `Ext<Both> /` */
  abstract both(): Reply;
  /** `Ext<Tell> /` */
  abstract tell(): Reply;
  /** `Ext<Told> /` */
  abstract told(): Reply;
  /** `Ext<File> /` */
  abstract file(): Reply;
  /** `Ext<Config> /` */
  abstract config(): Reply;
  /** `Ext<Header> /` */
  abstract header(): Reply;
  /** `Ext<Headers> /` */
  abstract headers(): Reply;
  /** `Ext<Wave> /wave/*` */
  abstract waveWave(): Reply;
  /** `Ext<Status> /` */
  abstract status(): Reply;
  /** `Ext<Log> /` */
  abstract log(): Reply;
  /** `Ext<Random> /` */
  abstract random(): Reply;
  /** `Ext<Now> /` */
  abstract now(): Reply;
  /** `Ext<Large> /` */
  abstract large(): Reply;
}

/** Leads a wave to its route: `begin(); return handle(new Mine()).send();` */
export function handle(routes: TrioRoutes): Reply {
  const method = wave.method();
  if (method == "Ext<Greet>") {
    return routes.greet();
  }
  if (method == "Ext<Field>") {
    return routes.field();
  }
  if (method == "Http<Get>" && fits(wave.path(), "/hello/{name}")) {
    const params = GetHelloParams.of();
    if (params === null) return new Reply(400);
    return routes.getHello(params);
  }
  if (method == "Http<Get>" && fits(wave.path(), "/page")) {
    return routes.getPage();
  }
  if (method == "Ext<Echo>") {
    return routes.echo();
  }
  if (method == "Ext<Count>") {
    return routes.count();
  }
  if (method == "Ext<Get>") {
    const params = GetStateParams.of();
    if (params === null) return new Reply(400);
    return routes.getState(params);
  }
  if (method == "Ext<Put>") {
    const params = PutStateParams.of();
    if (params === null) return new Reply(400);
    return routes.putState(params);
  }
  if (method == "Ext<Delete>") {
    const params = DeleteStateParams.of();
    if (params === null) return new Reply(400);
    return routes.deleteState(params);
  }
  if (method == "Ext<Keys>") {
    return routes.keys();
  }
  if (method == "Ext<Fail>") {
    return routes.fail();
  }
  if (method == "Ext<Trap>") {
    return routes.trap();
  }
  if (method == "Ext<Relay>") {
    return routes.relay();
  }
  if (method == "Ext<Both>") {
    return routes.both();
  }
  if (method == "Ext<Tell>") {
    return routes.tell();
  }
  if (method == "Ext<Told>") {
    return routes.told();
  }
  if (method == "Ext<File>") {
    return routes.file();
  }
  if (method == "Ext<Config>") {
    return routes.config();
  }
  if (method == "Ext<Header>") {
    return routes.header();
  }
  if (method == "Ext<Headers>") {
    return routes.headers();
  }
  if (method == "Ext<Wave>") {
    return routes.waveWave();
  }
  if (method == "Ext<Status>") {
    return routes.status();
  }
  if (method == "Ext<Log>") {
    return routes.log();
  }
  if (method == "Ext<Random>") {
    return routes.random();
  }
  if (method == "Ext<Now>") {
    return routes.now();
  }
  if (method == "Ext<Large>") {
    return routes.large();
  }
  return new Reply(404);
}
