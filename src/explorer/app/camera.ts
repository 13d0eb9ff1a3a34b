/** What part of the drawing is seen: screen = world * scale + offset, in CSS pixels. */

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export class Camera {
  x = 0;
  y = 0;
  scale = 1;
  readonly least = 0.02;
  readonly most = 3;

  toWorld(sx: number, sy: number): { x: number; y: number } {
    return { x: (sx - this.x) / this.scale, y: (sy - this.y) / this.scale };
  }

  /** Scales about a point of the screen. */
  zoom(factor: number, sx: number, sy: number): void {
    const scale = Math.min(this.most, Math.max(this.least, this.scale * factor));
    const f = scale / this.scale;
    this.x = sx - (sx - this.x) * f;
    this.y = sy - (sy - this.y) * f;
    this.scale = scale;
  }

  /** Shows all of a rectangle in a screen of so many pixels, beside the buttons and above the legend; not larger than life. */
  fit(r: Rect, width: number, height: number): void {
    const [left, top, right, bottom] = [64, 24, 30, 60];
    const scale = Math.min((width - left - right) / Math.max(1, r.w), (height - top - bottom) / Math.max(1, r.h), 1.1);
    this.scale = Math.max(this.least, scale);
    this.x = (left + width - right) / 2 - (r.x + r.w / 2) * this.scale;
    this.y = (top + height - bottom) / 2 - (r.y + r.h / 2) * this.scale;
  }

  /** Moves as little as it takes to have a rectangle in sight. Returns whether it moved. */
  reveal(r: Rect, width: number, height: number, margin = 20): boolean {
    const { x, y } = this;
    const [left, top] = [r.x * this.scale + this.x, r.y * this.scale + this.y];
    const [w, h] = [r.w * this.scale, r.h * this.scale];
    if (left < margin) this.x += margin - left;
    else if (left + w > width - margin) this.x -= left + w - (width - margin);
    if (top < margin) this.y += margin - top;
    else if (top + h > height - margin) this.y -= top + h - (height - margin);
    return x !== this.x || y !== this.y;
  }

  /** Puts the middle of a rectangle in the middle of the screen. */
  center(r: Rect, width: number, height: number): void {
    this.x = width / 2 - (r.x + r.w / 2) * this.scale;
    this.y = height / 2 - (r.y + r.h / 2) * this.scale;
  }
}
