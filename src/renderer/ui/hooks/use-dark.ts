// A canvas does not follow the style sheet, so a component that paints one repaints when the colour scheme changes.
import { useTheme } from "../../styles/theme.ts";

export function useDark(): boolean {
  return useTheme() === "dark";
}
