using System.CommandLine;

namespace SealerRecover.Commands;

/// <summary>One of several things that a command does, which its first argument names.</summary>
/// <param name="Name">As it is typed.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Options">The command's options that say something to it; those that say something to no action are for all.</param>
/// <param name="TakesSectors">Whether sectors can be named behind it.</param>
internal sealed record CommandAction(string Name, string Description, IReadOnlyList<Option> Options, bool TakesSectors = false);
