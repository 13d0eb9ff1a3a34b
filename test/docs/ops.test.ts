import { expect, test } from "vitest";
import { opsDoc } from "../../tools/ops-doc.ts";

test("docs/ops.md is what the importers' tables say (vitest -u writes it)", async () => {
  await expect(opsDoc()).toMatchFileSnapshot("../../docs/ops.md");
});
