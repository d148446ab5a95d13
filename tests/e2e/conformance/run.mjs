// Walks the published sequence diagram, both branches, and the REST endpoints, as a stranger would: with
// Socket.IO's own client, plain `emit`s without acknowledgements, and no event or field beyond the published.
//
// On standard input: {url, transports, tenantId, locationId, alice: {userId, token}, bob: {userId, token}}.

import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";

import { io } from "socket.io-client";

import { Checks, Heard, StoryEnded, same, shape } from "./checks.mjs";
import * as shapes from "./shapes.mjs";

const told = JSON.parse(await text(process.stdin));
const { tenantId, locationId } = told;
const checks = new Checks();
const check = checks.check.bind(checks);
const sockets = [];

function connect(name) {
  const options = { forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 100 };
  const socket = io(told.url, told.transports ? { ...options, transports: told.transports } : options);
  sockets.push(socket);
  return { socket, heard: new Heard(name, socket) };
}

const connected = (client) =>
  new Promise((resolve, reject) => {
    client.socket.once("connect", resolve);
    client.socket.once("connect_error", reject);
    setTimeout(() => reject(new Error("no connection")), 10_000).unref();
  });

function join(client, person) {
  client.socket.emit("join-tenant", { tenantId, userId: person.userId, token: person.token, locationId });
}

async function rest(method, path, body, person = told.alice) {
  const headers = { Authorization: `Bearer ${person.token}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(`${told.url}/api/v1/realtime/${path}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok || answer.success !== true) {
    throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  }
  return answer.data;
}

/** Asks again until the answer is this: what others did may be on its way yet. */
async function becomes(ask, expected, what) {
  const deadline = Date.now() + 10_000;
  let found = await ask();
  while (JSON.stringify(found) !== JSON.stringify(expected) && Date.now() < deadline) found = await ask();
  same(found, expected, what);
}

async function present() {
  const { syncState, connectedUsers } = await rest("GET", "sync-state");
  return [syncState.onlineUsers, connectedUsers];
}

const of = (product) => (payload) => payload.productId === product.productId;
const ofResource = (product) => (payload) => payload.resourceId === product.productId;
const atQuantity = (product, quantity) => (payload) => of(product)(payload) && payload.newQuantity === quantity;

let alice;
let bob;
let products;

async function story() {
  await check("a client connects", async () => {
    alice = connect("alice");
    await connected(alice);
  });

  await check("join-tenant is answered with initial-sync", async () => {
    join(alice, told.alice);
    const sync = await alice.heard.take("initial-sync");
    shape(sync, shapes.INITIAL_SYNC, "initial-sync");
    same(sync.tenantId, tenantId, "tenantId");
    same(sync.locationId, locationId, "locationId");
    if (sync.stockLevels.length < 6) throw new Error(`only ${sync.stockLevels.length} stock levels`);
    if (sync.recentMovements.length === 0) throw new Error("no movements");
    for (const level of sync.stockLevels) shape(level, shapes.STOCK_LEVEL, "stockLevels[]");
    for (const movement of sync.recentMovements) shape(movement, shapes.STOCK_MOVEMENT, "recentMovements[]");
    products = sync.stockLevels.filter((level) => level.locationId === locationId).slice(0, 6);
  });

  await check("user-connected tells the others of a second user", async () => {
    bob = connect("bob");
    await connected(bob);
    join(bob, told.bob);
    await bob.heard.take("initial-sync");
    const news = await alice.heard.take("user-connected", (payload) => payload.userId === told.bob.userId);
    shape(news, { userId: "string" }, "user-connected");
  });

  await noConflict();
  await conflictDetected();
  await offlineQueue();
  await overRest();
  await otherwise();
}

// --- no conflicts ----------------------------------------------------------------------------------------

async function noConflict() {
  const [product] = products;

  await check("inventory-update at the right version is confirmed, and told to the others", async () => {
    const eventId = randomUUID();
    const newQuantity = product.quantity + 3;
    alice.socket.emit("inventory-update", {
      productId: product.productId,
      locationId,
      newQuantity,
      previousQuantity: product.quantity,
      version: product.version,
      eventId,
    });
    const confirmed = await alice.heard.take("update-confirmed", (payload) => payload.eventId === eventId);
    shape(confirmed, shapes.UPDATE_CONFIRMED, "update-confirmed");
    if (confirmed.newVersion <= product.version) throw new Error(`version ${confirmed.newVersion} is no newer`);
    const news = await bob.heard.take("inventory-updated", of(product));
    shape(news, shapes.INVENTORY_UPDATED, "inventory-updated");
    same(
      [news.locationId, news.newQuantity, news.updatedBy, news.version],
      [locationId, newQuantity, told.alice.userId, confirmed.newVersion],
      "inventory-updated",
    );
    Object.assign(product, { quantity: newQuantity, version: confirmed.newVersion });
  });

  await check("the same inventory-update again is confirmed as it was, and counts once", async () => {
    const update = { productId: product.productId, locationId, newQuantity: product.quantity + 1, eventId: randomUUID() };
    alice.socket.emit("inventory-update", { ...update, version: product.version });
    const first = await alice.heard.take("update-confirmed", (payload) => payload.eventId === update.eventId);
    alice.socket.emit("inventory-update", { ...update, version: product.version });
    const second = await alice.heard.take("update-confirmed", (payload) => payload.eventId === update.eventId);
    same(second.newVersion, first.newVersion, "newVersion");
    Object.assign(product, { quantity: update.newQuantity, version: first.newVersion });
    await bob.heard.take("inventory-updated", atQuantity(product, product.quantity));
  });

  await check("inventory-update without a version is held against previousQuantity", async () => {
    const newQuantity = product.quantity + 2;
    bob.socket.emit("inventory-update", {
      productId: product.productId,
      locationId,
      newQuantity,
      previousQuantity: product.quantity,
    });
    const confirmed = await bob.heard.take("update-confirmed");
    shape(confirmed, shapes.UPDATE_CONFIRMED, "update-confirmed");
    same(confirmed.newVersion, product.version + 1, "newVersion");
    await alice.heard.take("inventory-updated", atQuantity(product, newQuantity));
    Object.assign(product, { quantity: newQuantity, version: confirmed.newVersion });
  });

  await check("inventory-update with the three required fields alone is confirmed", async () => {
    alice.socket.emit("inventory-update", { productId: product.productId, locationId, newQuantity: 40 });
    const confirmed = await alice.heard.take("update-confirmed");
    shape(confirmed, shapes.UPDATE_CONFIRMED, "update-confirmed");
    await bob.heard.take("inventory-updated", atQuantity(product, 40));
    Object.assign(product, { quantity: 40, version: confirmed.newVersion });
  });
}

// --- a conflict, decided in each of the three ways ---------------------------------------------------------

/** Bob and Alice change the same figure from the same version; Alice comes second. */
async function clash(product) {
  const bobs = product.quantity + 10;
  const alices = product.quantity + 20;
  bob.socket.emit("inventory-update", {
    productId: product.productId,
    locationId,
    newQuantity: bobs,
    version: product.version,
  });
  await bob.heard.take("update-confirmed");
  await alice.heard.take("inventory-updated", atQuantity(product, bobs));
  await bob.heard.take("inventory-updated", atQuantity(product, bobs));
  alice.socket.emit("inventory-update", {
    productId: product.productId,
    locationId,
    newQuantity: alices,
    previousQuantity: product.quantity,
    version: product.version,
    eventId: randomUUID(),
  });
  const conflict = await alice.heard.take("sync-conflict", ofResource(product));
  shape(conflict, shapes.SYNC_CONFLICT, "sync-conflict");
  same(
    [conflict.tenantId, conflict.resourceType, conflict.userId, conflict.locationId],
    [tenantId, "stock_level", told.alice.userId, locationId],
    "sync-conflict",
  );
  return { conflict, bobs, alices };
}

async function decided(conflict, resolution) {
  const result = await alice.heard.take("conflict-resolved", (payload) => payload.conflictId === conflict.id);
  same(result.resolution, resolution, "conflict-resolved.resolution");
  shape(result, { result: "any", timestamp: "date" }, "conflict-resolved");
  const news = await bob.heard.take("conflict-resolution-broadcast", (payload) => payload.conflictId === conflict.id);
  same(news.resolution, resolution, "conflict-resolution-broadcast.resolution");
}

async function conflictDetected() {
  await check("a stale version is answered with sync-conflict; accept_local overwrites the server's", async () => {
    const { conflict, alices } = await clash(products[1]);
    alice.socket.emit("resolve-conflict", { conflictId: conflict.id, resolution: "accept_local" });
    await decided(conflict, "accept_local");
    await bob.heard.take("inventory-updated", atQuantity(products[1], alices));
  });

  await check("accept_server keeps the server's figure", async () => {
    const { conflict, bobs } = await clash(products[2]);
    alice.socket.emit("resolve-conflict", { conflictId: conflict.id, resolution: "accept_server" });
    await decided(conflict, "accept_server");
    await holds(products[2], bobs);
  });

  await check("merge applies what the user merged", async () => {
    const { conflict, alices } = await clash(products[3]);
    const newQuantity = alices + 7;
    alice.socket.emit("resolve-conflict", { conflictId: conflict.id, resolution: "merge", mergedData: { newQuantity } });
    await decided(conflict, "merge");
    await bob.heard.take("inventory-updated", atQuantity(products[3], newQuantity));
  });

  await check("deciding again changes nothing", async () => {
    const { conflict } = await clash(products[4]);
    alice.socket.emit("resolve-conflict", { conflictId: conflict.id, resolution: "accept_server" });
    await decided(conflict, "accept_server");
    alice.socket.emit("resolve-conflict", { conflictId: conflict.id, resolution: "accept_local" });
    const again = await alice.heard.take("conflict-resolved", (payload) => payload.conflictId === conflict.id);
    same(again.resolution, "accept_server", "the first decision");
  });
}

/** Joins anew, as a client does that wants to be sure of a figure. */
async function holds(product, quantity) {
  const third = connect("third");
  await connected(third);
  join(third, told.bob);
  const sync = await third.heard.take("initial-sync");
  const level = sync.stockLevels.find((each) => of(product)(each) && each.locationId === locationId);
  same(level?.quantity, quantity, "quantity on hand");
  third.socket.disconnect();
}

// --- the offline queue ---------------------------------------------------------------------------------------

/** An item with every field of the published model. */
function queued(resourceType, operation, data, rest = {}) {
  return {
    id: randomUUID(),
    tenantId,
    userId: told.alice.userId,
    locationId,
    operation,
    resourceType,
    data,
    timestamp: new Date(),
    retryCount: 1,
    status: "pending",
    ...rest,
  };
}

async function offlineQueue() {
  const product = products[5];
  const counted = queued(
    "stock_level",
    "update",
    { productId: product.productId, locationId, newQuantity: product.quantity + 5, previousQuantity: product.quantity },
    { resourceId: product.productId },
  );
  const received = queued("stock_level", "update", { delta: 4, reason: "receive" }, { resourceId: product.productId });
  const named = queued("product", "create", { name: "Slate coaster" }, { resourceId: randomUUID() });
  const odd = queued("stock_level", "update", {}, { resourceId: product.productId });
  const unknown = queued("spaceship", "update", { speed: 1 }, { resourceId: "enterprise" });
  const items = [counted, received, named, odd, unknown];

  await check("sync-offline-queue answers each item by itself, in order", async () => {
    alice.socket.emit("sync-offline-queue", items);
    const results = await alice.heard.take("offline-sync-results");
    if (!Array.isArray(results)) throw new Error(`no list: ${JSON.stringify(results)}`);
    for (const result of results) shape(result, shapes.QUEUE_RESULT, "offline-sync-results[]");
    if (!results.every((each, place) => each.success === place < 3)) throw new Error(JSON.stringify(results));
    same(
      results.map(({ id, success }) => [id, success]),
      [[counted.id, true], [received.id, true], [named.id, true], [odd.id, false], [unknown.id, false]],
      "results",
    );
    for (const failed of results.slice(3)) shape(failed, { error: "string" }, "a refused item");
    await bob.heard.take("inventory-updated", atQuantity(product, product.quantity + 9));
  });

  await check("the same queue again counts once", async () => {
    alice.socket.emit("sync-offline-queue", items);
    const results = await alice.heard.take("offline-sync-results");
    same(results.map(({ success }) => success), [true, true, true, false, false], "success");
    await holds(product, product.quantity + 9);
  });

  await check("network-status is taken, and the connection lives on", async () => {
    alice.socket.emit("network-status", { isOnline: false });
    alice.socket.emit("network-status", { isOnline: true });
    alice.socket.emit("inventory-update", { productId: products[0].productId, locationId, newQuantity: 41 });
    await alice.heard.take("update-confirmed");
    await bob.heard.take("inventory-updated", atQuantity(products[0], 41));
  });
}

// --- REST --------------------------------------------------------------------------------------------------

async function overRest() {
  await check("GET sync-state", async () => {
    const data = await rest("GET", "sync-state");
    shape(data, { syncState: "object", connectedUsers: "number", timestamp: "date" }, "data");
    shape(data.syncState, shapes.TENANT_SYNC_STATE, "syncState");
    same(data.syncState.tenantId, tenantId, "syncState.tenantId");
    for (const [place, state] of Object.entries(data.syncState.locations)) {
      shape(state, shapes.LOCATION_SYNC_STATE, `locations.${place}`);
    }
    await becomes(present, [2, 2], "users online and connected");
  });

  await check("POST broadcast reaches the others, with everything optional and with nothing", async () => {
    for (const more of [{ locationId, eventId: randomUUID() }, {}]) {
      const message = `Counting ${randomUUID()}`;
      await rest("POST", "broadcast", {
        type: "inventory_update",
        data: { productId: products[0].productId, message },
        ...more,
      });
      await bob.heard.take(null, (payload) => payload?.data?.message === message);
    }
  });

  await check("POST offline-queue", async () => {
    const [product] = products;
    const item = {
      id: randomUUID(),
      operation: "update",
      resourceType: "stock_level",
      resourceId: product.productId,
      data: { newQuantity: 44 },
      timestamp: "2024-01-01T00:00:00Z",
      locationId,
    };
    const { results } = await rest("POST", "offline-queue", { items: [item, { ...item, id: randomUUID(), data: {} }] });
    for (const result of results) shape(result, shapes.QUEUE_RESULT, "results[]");
    same([results[0].id, results[0].success, results[1].success], [item.id, true, false], "results");
    await bob.heard.take("inventory-updated", atQuantity(product, 44));
  });

  await check("GET conflicts lists what is to be decided, and POST resolve-conflict decides it", async () => {
    const product = products[5];
    alice.socket.emit("inventory-update", { productId: product.productId, locationId, newQuantity: 3, version: 1 });
    const conflict = await alice.heard.take("sync-conflict", ofResource(product));
    const pending = (await rest("GET", "conflicts")).filter((each) => each.id === conflict.id);
    same(pending.length, 1, "how often the conflict is listed");
    shape(pending[0], shapes.SYNC_CONFLICT, "conflicts[]");
    await rest("POST", "resolve-conflict", { conflictId: conflict.id, resolution: "accept_server" });
    await bob.heard.take("conflict-resolution-broadcast", (payload) => payload.conflictId === conflict.id);
    const after = (await rest("GET", "conflicts")).filter((each) => each.id === conflict.id);
    same(after, [], "what is listed after the decision");
  });

  await check("GET health", async () => {
    const data = await rest("GET", "health");
    shape(data, { system: "object", tenant: "object", timestamp: "date" }, "data");
    shape(data.system, shapes.HEALTH_SYSTEM, "system");
    shape(data.tenant, shapes.HEALTH_TENANT, "tenant");
    shape(data.tenant.syncState, shapes.TENANT_SYNC_STATE, "tenant.syncState");
    same(data.tenant.id, tenantId, "tenant.id");
    if (data.system.totalConnections < 2) throw new Error(`${data.system.totalConnections} connections`);
  });

  await check("POST ping without a body", async () => {
    await rest("POST", "ping");
  });
}

// --- what goes wrong -------------------------------------------------------------------------------------------

async function otherwise() {
  const [product] = products;

  await check("an unknown event and a malformed one leave the connection as it is", async () => {
    alice.socket.emit("no-such-event", { anything: 1 });
    alice.socket.emit("inventory-update", { productId: product.productId });
    alice.socket.emit("inventory-update");
    alice.socket.emit("inventory-update", { productId: product.productId, locationId, newQuantity: 45 });
    await alice.heard.take("update-confirmed");
    await bob.heard.take("inventory-updated", atQuantity(product, 45));
  });

  await check("a token that does not hold joins nothing", async () => {
    const stranger = connect("stranger");
    await connected(stranger);
    join(stranger, { userId: told.bob.userId, token: `${told.bob.token.slice(0, -6)}AAAAAA` });
    alice.socket.emit("inventory-update", { productId: product.productId, locationId, newQuantity: 46 });
    await bob.heard.take("inventory-updated", atQuantity(product, 46));
    if (stranger.heard.has("initial-sync") || stranger.heard.has("inventory-updated")) {
      throw new Error("a stranger is told the shop's figures");
    }
    stranger.socket.disconnect();
  });

  await check("a client whose connection broke comes back by itself and joins again", async () => {
    const again = connected(bob);
    bob.socket.io.engine.close();
    await again;
    await alice.heard.take("user-disconnected", (payload) => payload.userId === told.bob.userId);
    join(bob, told.bob);
    const sync = await bob.heard.take("initial-sync");
    const level = sync.stockLevels.find((each) => of(product)(each) && each.locationId === locationId);
    same(level.quantity, 46, "quantity on hand");
    await alice.heard.take("user-connected", (payload) => payload.userId === told.bob.userId);
  });

  await check("user-disconnected tells the others when a user goes", async () => {
    bob.socket.disconnect();
    const news = await alice.heard.take("user-disconnected", (payload) => payload.userId === told.bob.userId);
    shape(news, { userId: "string" }, "user-disconnected");
    await becomes(present, [1, 1], "users online and connected");
  });

  if (told.transports === undefined) {
    await check("a default client has moved from polling to a websocket", async () => {
      same(alice.socket.io.engine.transport.name, "websocket", "transport");
    });
  }
}

try {
  await story();
} catch (error) {
  if (!(error instanceof StoryEnded)) throw error;
} finally {
  for (const socket of sockets) socket.disconnect();
  checks.end();
}
// A last poll may still be waiting for its answer; nobody needs it any more.
process.exit();
