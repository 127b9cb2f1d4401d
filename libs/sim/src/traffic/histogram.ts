export * from '../jobs/histogram';
