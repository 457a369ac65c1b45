export * from './ask';
export * from './indexing';
export * from './models';
export * from './places';
export * from './settings';
export * from './sources';
export * from './trace-events';
export * from './traces';
