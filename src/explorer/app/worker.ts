/** The layout's entry: a worker that answers requests, or, where a page cannot start one, a function of the page. */
import { type LayoutRequest, layout } from "./layout.ts";

/** What a worker is asked and answers. */
export interface LayoutMessage {
  readonly id: number;
  readonly request: LayoutRequest;
}

const scope = globalThis as any;
if (typeof scope.document === "undefined") {
  scope.onmessage = ({ data }: { data: LayoutMessage }) => {
    try {
      scope.postMessage({ id: data.id, result: layout(data.request) });
    } catch (error) {
      scope.postMessage({ id: data.id, error: String((error as Error)?.stack ?? error) });
    }
  };
} else scope.qjitLayout = layout;
