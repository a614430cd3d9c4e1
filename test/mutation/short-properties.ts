import { configureGlobal } from "fast-check";

// A property with thousands of cases would take seconds for each mutant that it covers; its first cases find most.
configureGlobal({ interruptAfterTimeLimit: 300 });
