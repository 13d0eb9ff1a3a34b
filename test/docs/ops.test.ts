import { expect, test } from "vitest";
import { apiDoc } from "../../tools/api-doc.ts";
import { cliDoc } from "../../tools/cli-doc.ts";
import { opsDoc } from "../../tools/ops-doc.ts";

test("docs/ops.md is what the importers' tables say (vitest -u writes it)", async () => {
  await expect(opsDoc()).toMatchFileSnapshot("../../docs/ops.md");
});

test("docs/cli.md is what --help prints (vitest -u writes it)", async () => {
  await expect(await cliDoc()).toMatchFileSnapshot("../../docs/cli.md");
});

test("docs/api.md is what the declarations say (vitest -u writes it)", async () => {
  await expect(apiDoc()).toMatchFileSnapshot("../../docs/api.md");
});
