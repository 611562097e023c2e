export { type EditPatch, type EditResult, edit, editWithPatches, type Recipe } from "./edit.ts";
