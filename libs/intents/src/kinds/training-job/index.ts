/**
 * TrainingJob: the iterations (or collectives) of a distributed training job stay as fast as the
 * fabric allows. Its members and its collective say which endpoints exchange traffic.
 */
export { trainingJob } from './training-job';
