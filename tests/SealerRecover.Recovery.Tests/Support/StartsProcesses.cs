namespace SealerRecover.Recovery.Tests.Support;

/// <summary>
/// Tests that start processes, alone: a child holds every lock (flock) of this process from its fork until it becomes another program, and a test
/// beside it would find the lock of a run that has ended still taken.
/// </summary>
[CollectionDefinition(nameof(StartsProcesses), DisableParallelization = true)]
public static class StartsProcesses;
