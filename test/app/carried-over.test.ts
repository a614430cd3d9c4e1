import { expect, it } from "vitest";
import { createApp } from "../../server/app/app.ts";
import { acquireStore, openSharedState } from "../../server/app/carried-over.ts";
import { createCounts } from "../../server/observe/counts.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf } from "../peers/doorward.ts";

const config = configOf({
  url: "https://auth.example.com",
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { anyone: true },
});

it("keeps a store open until the last app releases it", async () => {
  const surroundings = { log: capturingLog().log };
  const first = await createApp(config, surroundings);
  const second = await createApp(config, surroundings, first);
  await first.store.set("key", { value: 1 }, 60);

  await first.close();
  const meanwhile = await second.store.get("key");
  await second.close();

  expect(second.store).toBe(first.store);
  expect(meanwhile).toMatchObject({ value: 1 });
  expect(await second.store.get("key")).toBeNull();
});

it("calls the store listeners of an app until that app releases the store", async () => {
  const sharedState = await openSharedState(
    config.storage,
    { log: capturingLog().log, counts: createCounts(), now: Date.now },
    undefined,
  );
  const [first, second] = [acquireStore(sharedState), acquireStore(sharedState)];
  const received: string[] = [];
  first.store.onAnnounced((mark) => received.push(`first ${mark}`));
  second.store.onAnnounced((mark) => received.push(`second ${mark}`));

  await second.store.announce("one");
  await first.release();
  await second.store.announce("two");
  await second.release();

  expect(received).toEqual(["first one", "second one", "second two"]);
});
