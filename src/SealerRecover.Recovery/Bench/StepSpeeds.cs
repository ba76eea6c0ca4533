namespace SealerRecover.Recovery.Bench;

/// <summary>What one node costs on one core, in seconds, by measurement.</summary>
/// <param name="Label">The label of one layer, with layers that fit no cache.</param>
/// <param name="Column">The hash of a column of all layers.</param>
/// <param name="TreeNode">A node of an 8-ary tree, of which a tree has a seventh of its leaves.</param>
public sealed record StepSpeeds(double Label, double Column, double TreeNode);
