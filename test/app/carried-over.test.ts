import { expect, it } from "vitest";
import { createApp } from "../../server/app/app.ts";
import { acquireStore, openSharedState } from "../../server/app/carried-over.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf } from "../peers/doorward.ts";

const config = configOf({
  url: "https://auth.example.com",
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { anyone: true },
});

it("a store stays open while any app has it, and closes with the last", async () => {
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

it("who has let go of a store hears nothing of it any more, and the others go on hearing", async () => {
  const sharedState = await openSharedState(
    config.storage,
    { log: capturingLog().log, now: Date.now },
    undefined,
  );
  const [first, second] = [acquireStore(sharedState), acquireStore(sharedState)];
  const heard: string[] = [];
  first.store.onAnnounced((mark) => heard.push(`first ${mark}`));
  second.store.onAnnounced((mark) => heard.push(`second ${mark}`));

  await second.store.announce("one");
  await first.release();
  await second.store.announce("two");
  await second.release();

  expect(heard).toEqual(["first one", "second one", "second two"]);
});
