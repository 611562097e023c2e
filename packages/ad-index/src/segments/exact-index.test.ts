import { adIndexContract } from "../conformance/index.ts";
import { buildExactIndex } from "./build-exact-index.ts";

adIndexContract(buildExactIndex);
